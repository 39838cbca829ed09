"""The bus as services see it: publish, ask, answer, consume, hint.

FastStream's broker owns the connection and serves the questions; JetStream consumption goes through our own pull
consumers under one delivery layer (docs/decisions/0002-bus-layer.md).
"""

import asyncio
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeVar

from nats.aio.msg import Msg
from nats.errors import BadHeaderError, BadSubjectError, MaxPayloadError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError
from pydantic import ValidationError

from ispbot_contracts.base import Ephemeral, Message
from ispbot_contracts.streams import stored_subject, stream_of
from ispbot_runtime import metrics
from ispbot_runtime.backlog import EVERY_S, BacklogWatch
from ispbot_runtime.connection import SteadyBroker, bus_address
from ispbot_runtime.consumers import Consumer, LaneConsumer, PartitionConsumer
from ispbot_runtime.delivery import Delivery, Handler, Patience
from ispbot_runtime.durables import Durable
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import describe
from ispbot_runtime.questions import Questions
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.tasks import cancel_all
from ispbot_runtime.topology import ensure_topology
from ispbot_runtime.tries import Tries
from ispbot_runtime.turn import Turn

log = get_logger(__name__)

HintT = TypeVar("HintT", bound=Ephemeral)

_PUBLISH_TIMEOUT_S = 2.0
_PUBLISH_LIMIT_S = 45.0
_NO_ROOM = {10023, 10047, 10077}
"""Insufficient resources, storage exceeded, maximum bytes exceeded (or the disk's own words)."""
_NO_ROOM_LIMIT_S = 5.0
_NO_ROOM_KEPT_S = 30.0


class Bus(Questions):
    """One connection of one service."""

    def __init__(self, settings: CommonSettings, service: str, *, patience: Patience | None = None) -> None:
        self.service = service
        self.instance = f"{socket.gethostname()}-{os.getpid()}"
        self._patience = patience or Patience()
        self._settings = settings
        address = bus_address(settings.nats_url.get_secret_value())
        self._broker = SteadyBroker(
            address.servers,
            security=address.security,
            name=service,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=20,
            pending_size=16 * 1024 * 1024,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            closed_cb=self._on_closed,
            graceful_timeout=10.0,
            logger=None,
        )
        self._consumers: list[Consumer] = []
        self._after_reconnect: list[Callable[[], Awaitable[None]]] = []
        self._if_closed: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.js: JetStreamContext
        self.backlog: BacklogWatch
        self.connected = False
        self.topology_problem: str | None = "not checked yet"
        self._full: dict[str, tuple[str, float]] = {}
        self._started = False
        self._stopping = False

    async def connect(self) -> None:
        """Connect (waits for the bus as long as it takes) and bring the topology up to date."""
        self.nc = await self._broker.connect()
        self.js = self.nc.jetstream(timeout=5)
        self.connected = True
        metrics.BUS_CONNECTED.set(1)
        while True:
            try:
                await ensure_topology(self.js, self._settings.stream_replicas)
            except NatsError as error:  # JetStream may still be electing or loading
                self.topology_problem = f"streams are not ready: {error}"
                log.warning("topology_not_ready", reason=str(error))
                await asyncio.sleep(0.5)
            else:
                self.topology_problem = None
                self.backlog = BacklogWatch(self.js, self.service, self.durables)
                return

    def durables(self) -> list[Durable]:
        """Return every consumer on the server that this process follows now."""
        return [durable for consumer in tuple(self._consumers) for durable in consumer.durables()]

    def storage_problem(self) -> str | None:
        """Return why the bus takes no more messages (its disk or a stream is full), None when it does."""
        recent = time.monotonic() - _NO_ROOM_KEPT_S
        return "; ".join(reason for reason, at in self._full.values() if at > recent) or None

    async def start(self) -> None:
        """Begin to answer and to consume what was registered before."""
        await self._broker.start()
        await asyncio.gather(*(consumer.start() for consumer in self._consumers))
        self._started = True
        self._spawn(self._watch_consumers())

    async def stop(self) -> None:
        """Take no more, finish what is in hand, flush and close."""
        self._stopping = True
        await asyncio.gather(*(consumer.stop() for consumer in self._consumers))
        await cancel_all(tuple(self._tasks))
        await self._broker.stop()
        self.connected = False

    # -- publishing ---------------------------------------------------------------------------------------------------

    async def publish(self, message: Message) -> None:
        """Publish on JetStream and wait until it is stored; tried again with the same id for up to a minute.

        Raises Unavailable when the bus stays away.
        """
        await self._publish(
            message.subject, message.model_dump_json().encode(), {"Nats-Msg-Id": message.id}, message.name
        )

    async def publish_raw(self, subject: str, body: bytes, headers: dict[str, str]) -> None:
        """Publish bytes on JetStream (dead letters, outbox entries); ``headers`` carries ``Nats-Msg-Id``."""
        await self._publish(subject, body, headers, subject.split(".", maxsplit=1)[0])

    async def _publish(self, subject: str, body: bytes, headers: dict[str, str], label: str) -> None:
        started, owner = time.monotonic(), subject.split(".", maxsplit=1)[0]
        deadline = started + _PUBLISH_LIMIT_S
        pause = 0.05
        while True:
            try:
                await self.js.publish(subject, body, timeout=_PUBLISH_TIMEOUT_S, headers=dict(headers))
            except NatsError as error:
                if isinstance(error, APIError) and error.err_code in _NO_ROOM:
                    deadline = min(deadline, started + _NO_ROOM_LIMIT_S)
                    reason = f"the bus has no room for {owner}: {error.description}"
                    self._full[owner] = (reason, time.monotonic())
                if isinstance(error, MaxPayloadError | BadSubjectError | BadHeaderError):
                    raise
                if time.monotonic() + pause > deadline:
                    full = self._full.get(owner)
                    raise Unavailable(full[0] if full else f"bus: {label} was not stored: {error}") from error
                metrics.PUBLISH_RETRIES.labels(label).inc()
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
                pause = min(pause * 2, 2.0)
            else:
                metrics.child(metrics.PUBLISHED, label).inc()
                self._full.pop(owner, None)
                return

    async def hint(self, hint: Ephemeral) -> None:
        """Send a live hint: nobody listening, or no bus, is fine."""
        try:
            await self.nc.publish(hint.subject, hint.model_dump_json().encode())
        except NatsError as error:
            log.debug("hint_lost", hint=hint.name, reason=str(error))

    # -- consuming ----------------------------------------------------------------------------------------------------

    def consume(
        self, purpose: str, handlers: Mapping[type[Message], Handler], *,
        order: Literal["partition", "lane", "none"], in_flight: int = 64,
    ) -> None:  # fmt: skip
        """Register handlers of one purpose. A handler returns the messages to publish before the input is acknowledged.

        ``partition``: in order per key over any number of replicas. ``lane``: in order per key in the one active process.
        ``none``: no order. Types of several owners get one durable per owner. A message with an ``after_field`` waits in
        its partition for what was published before under that other key.
        """
        owners: dict[str, list[type[Message]]] = {}
        for kind in handlers:
            owners.setdefault(kind.owner, []).append(kind)
        for owner, kinds in owners.items():
            self._consumers.append(self._consumer(purpose, owner, kinds, handlers, order, in_flight))

    def _consumer(
        self, purpose: str, owner: str, kinds: Sequence[type[Message]], handlers: Mapping[type[Message], Handler],
        order: str, in_flight: int, *, rewind: bool = False,
    ) -> Consumer:  # fmt: skip
        durable = f"{self.service}-{purpose}-{owner}"
        filters = [stored_subject(owner, kind.flavour, kind.name) for kind in kinds]
        stream = stream_of(owner).name
        turn = Turn(self.js, stream=stream, durable=durable, filters=filters) if order == "partition" else None
        delivery = Delivery(
            service=self.service, consumer=durable, handlers={kind: handlers[kind] for kind in kinds},
            publish=self.publish, publish_raw=self.publish_raw, tries=Tries(self.js, durable, self.instance),
            patience=self._patience, turn=turn,
        )  # fmt: skip
        if order == "partition":
            return PartitionConsumer(
                self.nc, self.js, stream=stream, durable=durable, filters=filters, delivery=delivery
            )
        return LaneConsumer(
            self.nc, self.js, stream=stream, durable=durable, filters=filters, delivery=delivery,
            in_flight=in_flight, keyed=order == "lane", rewind=rewind,
        )  # fmt: skip

    async def listen(self, hint_type: type[HintT], handler: Callable[[HintT], Awaitable[None]]) -> None:
        """Call ``handler`` with every live hint of a type, in every replica."""

        async def received(msg: Msg) -> None:
            try:
                await handler(hint_type.model_validate_json(msg.data))
            except ValidationError as error:
                log.warning("hint_malformed", hint=hint_type.name, reason=describe(error))

        await self.nc.subscribe(f"live.{hint_type.name}", cb=received)

    @asynccontextmanager
    async def consuming(self, consumer: Consumer) -> AsyncIterator[None]:
        """Run one consumer for a while (work that only a lease holder does)."""
        await consumer.start()
        self._consumers.append(consumer)
        try:
            yield
        finally:
            self._consumers.remove(consumer)
            await consumer.stop()

    def lane_consumer(
        self, purpose: str, handlers: Mapping[type[Message], Handler], *, in_flight: int = 64
    ) -> Consumer:
        """Make (not start) a lane consumer of one owner's messages, for ``consuming``.

        Every start goes on from the first message that was not acknowledged, so a key keeps its order across a crash.
        """
        kinds = list(handlers)
        return self._consumer(purpose, kinds[0].owner, kinds, handlers, "lane", in_flight, rewind=True)

    # -- the connection -----------------------------------------------------------------------------------------------

    def after_reconnect(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call back when the connection is up again (watches must re-read)."""
        self._after_reconnect.append(callback)

    def on_closed(self, callback: Callable[[], None]) -> None:
        """Call back when the connection is closed for good without ``stop``: nothing is heard here any more."""
        self._if_closed.append(callback)

    async def _on_error(self, error: Exception) -> None:
        log.warning("bus_error", reason=f"{type(error).__name__}: {error}")

    async def _on_disconnected(self) -> None:
        self.connected = False
        metrics.BUS_CONNECTED.set(0)
        if not self._stopping:
            log.warning("bus_disconnected")

    async def _on_closed(self) -> None:
        if self._stopping:
            return
        log.error("bus_closed", reason=str(self.nc.last_error) if hasattr(self, "nc") else "while connecting")
        for callback in self._if_closed:
            callback()

    async def _on_reconnected(self) -> None:
        self.connected = True
        metrics.BUS_CONNECTED.set(1)
        log.info("bus_reconnected")
        self._spawn(self._refresh())

    async def _refresh(self) -> None:
        for consumer in tuple(self._consumers):
            await consumer.refresh()
        for callback in self._after_reconnect:
            await callback()

    async def _watch_consumers(self) -> None:
        while True:
            await self.backlog.look()
            await asyncio.sleep(EVERY_S)
            now = asyncio.get_running_loop().time()
            for consumer in tuple(self._consumers):
                await consumer.watch(now)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
