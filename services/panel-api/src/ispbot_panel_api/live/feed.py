"""Follows the stream of ticket events in order, from a little before now, each event once.

The consumer on the server is a throw-away: when it is gone (a restart, a long pause) a new one starts at the next
position, so nothing is skipped and nothing comes twice.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import api
from nats.js.errors import NotFoundError

from ispbot_contracts.streams import stream_of
from ispbot_panel_api.live.ring import SIZE, Entry, Ring
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import ONLY_HEADER
from ispbot_runtime.pull import Pull

log = get_logger(__name__)

_STREAM = stream_of("tickets").name
_EVENTS = "tickets.evt.>"
_BATCH = 256
_CHECK_EVERY_S = 5.0
_CONSUMER_KEPT_S = 60.0


class Feed:
    """The ring, kept current."""

    def __init__(self, bus: Bus, *, size: int = SIZE) -> None:
        self._bus = bus
        self._size = size
        self._listeners: list[Callable[[Entry], None]] = []
        self._restarted: list[Callable[[], None]] = []
        self._moved = asyncio.Condition()
        self._caught_up = asyncio.Event()
        self._pull: Pull | None = None
        self._consumer = ""
        self._busy = asyncio.Lock()
        self.ring = Ring(0, size)

    def on_entry(self, listener: Callable[[Entry], None]) -> None:
        """Call ``listener`` with each new event, in order."""
        self._listeners.append(listener)

    def on_restart(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when the stream turned out to be another one (wiped): every cursor is void."""
        self._restarted.append(listener)

    async def start(self) -> None:
        """Fill the ring and follow."""
        self._bus.after_reconnect(self._follow)
        state = (await self._bus.js.stream_info(_STREAM)).state
        start = max(state.first_seq, state.last_seq - self._size + 1, 1)
        self.ring = Ring(start - 1, self._size)
        while not self._caught_up.is_set():
            await self._follow()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_EVERY_S):
                    await self._caught_up.wait()

    async def stop(self) -> None:
        """Follow no more."""
        async with self._busy:
            await self._drop()

    async def watch(self) -> None:
        """Run for ever: notice a consumer that is gone or stuck."""
        seen = -1
        while True:
            await asyncio.sleep(_CHECK_EVERY_S)
            try:
                info = await self._bus.js.consumer_info(_STREAM, self._consumer)
                stuck = bool(info.num_pending) and self.ring.head == seen
            except NotFoundError:
                stuck = True
            except NatsError as error:
                log.debug("live_feed_not_checked", reason=str(error))
                continue
            seen = self.ring.head
            if stuck:
                await self._follow()

    async def reach(self, seq: int, limit_s: float) -> bool:
        """Wait until the feed has come to a position; tells whether it did."""
        try:
            async with asyncio.timeout(limit_s), self._moved:
                await self._moved.wait_for(lambda: self.ring.head >= seq)
        except TimeoutError:
            return False
        return True

    async def _follow(self) -> None:
        async with self._busy:
            try:
                await self._drop()
                last = (await self._bus.js.stream_info(_STREAM)).state.last_seq
                if last < self.ring.head:
                    log.warning("live_feed_stream_wiped", head=self.ring.head, last=last)
                    self.ring = Ring(last, self._size)
                    for listener in self._restarted:
                        listener()
                await self._consume(self.ring.head + 1)
            except NatsError as error:
                log.warning("live_feed_not_followed", reason=str(error))

    async def _consume(self, start: int) -> None:
        self._consumer = f"panel-live-{secrets.token_hex(6)}"
        info = await self._bus.js.add_consumer(
            _STREAM,
            api.ConsumerConfig(
                name=self._consumer,
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=start,
                ack_policy=api.AckPolicy.NONE,
                filter_subject=_EVENTS,
                inactive_threshold=_CONSUMER_KEPT_S,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        if not info.num_pending:
            self._caught_up.set()
        self._pull = Pull(self._bus.nc, stream=_STREAM, durable=self._consumer, batch=_BATCH, on_message=self._received)
        await self._pull.start()

    async def _drop(self) -> None:
        if self._pull is not None:
            await self._pull.stop()
            self._pull = None

    async def _received(self, msg: Msg) -> None:
        meta = msg.metadata
        entry = Entry(meta.sequence.stream, msg.subject, msg.data)
        replayed = (
            msg.headers is not None and ONLY_HEADER in msg.headers
        )  # meant for one consumer, shown the first time
        if not replayed and self.ring.add(entry):
            for listener in self._listeners:
                listener(entry)
            async with self._moved:
                self._moved.notify_all()
        if not meta.num_pending:
            self._caught_up.set()
