"""Two ways to take messages in order per key.

*Partitions*: any number of replicas, one message in flight per partition. *Lanes*: one active process (a lease holder),
many keys at once, each key one after the other; ``keyed=False`` makes every message its own lane for unordered work, and
``rewind=True`` keeps the order of a key also across a crash (``rewind``).
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Protocol

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext, api

from ispbot_contracts.streams import PARTITIONS
from ispbot_runtime.delivery import Delivery
from ispbot_runtime.durables import Durable, consumers_at_start, ensure_consumer
from ispbot_runtime.pull import Pull
from ispbot_runtime.rewind import start_in_order

_PARTITION_BATCH = 64


class Consumer(Protocol):
    """What the bus starts, refreshes after a reconnect, and stops."""

    def durables(self) -> list[Durable]:
        """Return what this consumer follows on the server."""

    async def start(self) -> None:
        """Create the durable consumers and begin."""

    async def refresh(self) -> None:
        """Ask again after a reconnect."""

    async def watch(self, now: float) -> None:
        """Called now and then: notice requests that were lost."""

    async def stop(self) -> None:
        """Take no more and finish what is in hand."""


def _config(durable: str, filters: list[str], max_ack_pending: int, ack_wait_s: float) -> api.ConsumerConfig:
    return api.ConsumerConfig(
        durable_name=durable,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ack_wait_s,
        max_deliver=-1,
        max_ack_pending=max_ack_pending,
        filter_subjects=filters,
    )


class PartitionConsumer:
    """One durable per partition; all replicas bind all of them; one message in flight each."""

    def __init__(
        self, nc: Client, js: JetStreamContext, *, stream: str, durable: str, filters: list[str], delivery: Delivery
    ) -> None:
        self._nc, self._js, self._stream, self._durable, self._filters = nc, js, stream, durable, filters
        self._delivery = delivery
        self._pulls: list[Pull] = []

    async def start(self) -> None:
        """Create the durable consumers and begin."""
        existing = await consumers_at_start(self._js, self._stream)
        ack_wait_s = self._delivery.patience.ack_wait_s
        await asyncio.gather(
            *(
                ensure_consumer(
                    self._js, self._stream, _config(durable.name, list(durable.filters), 1, ack_wait_s), existing
                )
                for durable in self.durables()
            )
        )
        self._pulls = [
            Pull(self._nc, stream=self._stream, durable=durable.name, batch=_PARTITION_BATCH, on_message=self._deliver)
            for durable in self.durables()
        ]
        await asyncio.gather(*(pull.start() for pull in self._pulls))

    def durables(self) -> list[Durable]:
        """Return what this consumer follows on the server."""
        return [
            Durable(
                self._stream, f"{self._durable}-p{partition}", self._durable, str(partition),
                tuple(subject.replace(".*.*", f".{partition}.*") for subject in self._filters),
            )
            for partition in range(PARTITIONS)
        ]  # fmt: skip

    async def _deliver(self, msg: Msg) -> None:
        delay = await self._delivery.deliver(msg)
        if delay is not None:
            with suppress(NatsError):
                await msg.nak(delay=delay)

    async def refresh(self) -> None:
        """Ask again after a reconnect."""
        await asyncio.gather(*(pull.refresh() for pull in self._pulls))

    async def watch(self, now: float) -> None:
        """Called now and then: notice requests that were lost."""
        for pull in self._pulls:
            await pull.ask_again_when_lost(now)

    async def stop(self) -> None:
        """Take no more and finish what is in hand."""
        await asyncio.gather(*(pull.stop() for pull in self._pulls))


class LaneConsumer:
    """One durable consumer whose messages run side by side, those of one key one after the other."""

    def __init__(
        self, nc: Client, js: JetStreamContext, *, stream: str, durable: str, filters: list[str], delivery: Delivery,
        in_flight: int, keyed: bool, rewind: bool = False,
    ) -> None:  # fmt: skip
        self._nc, self._js, self._stream, self._durable, self._filters = nc, js, stream, durable, filters
        self._delivery, self._in_flight, self._keyed, self._rewind = delivery, in_flight, keyed, rewind
        self._lanes: dict[str, deque[Msg]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._pull: Pull | None = None
        self._name = durable

    def durables(self) -> list[Durable]:
        """Return what this consumer follows on the server."""
        return [Durable(self._stream, self._name, self._durable, "-", tuple(self._filters))]

    async def start(self) -> None:
        """Create the durable consumer and begin."""
        durable = self._durable
        config = _config(durable, self._filters, self._in_flight, self._delivery.patience.ack_wait_s)
        if self._rewind:
            durable, repeats_until = await start_in_order(self._js, self._stream, config)
            self._delivery.repeats_until(repeats_until)
        else:
            await ensure_consumer(self._js, self._stream, config, await consumers_at_start(self._js, self._stream))
        self._name = durable
        self._pull = Pull(
            self._nc, stream=self._stream, durable=durable, batch=self._in_flight, on_message=self._arrived
        )
        await self._pull.start()

    async def _arrived(self, msg: Msg) -> None:
        key = msg.subject.rpartition(".")[2] if self._keyed else str(msg.metadata.sequence.stream)
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(msg)
            return
        self._lanes[key] = deque([msg])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: str) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                if self._stopping.is_set():
                    return
                keep = asyncio.create_task(self._keep_waiting(lane)) if len(lane) > 1 else None
                delay = await self._delivery.deliver(lane[0])
                if keep is not None:
                    keep.cancel()
                if delay is None:
                    lane.popleft()
                else:
                    await self._hold(lane, delay)
        finally:
            self._lanes.pop(key, None)
            for msg in lane:
                with suppress(NatsError):
                    await msg.nak()

    async def _hold(self, lane: deque[Msg], delay_s: float) -> None:
        keep = asyncio.create_task(self._keep_waiting(lane))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay_s)
        keep.cancel()

    async def _keep_waiting(self, lane: deque[Msg]) -> None:
        while True:
            for msg in tuple(lane):
                with suppress(NatsError):
                    await msg.in_progress()
            await asyncio.sleep(self._delivery.patience.ack_wait_s / 3)

    async def refresh(self) -> None:
        """Ask again after a reconnect."""
        if self._pull is not None:
            await self._pull.refresh()

    async def watch(self, now: float) -> None:
        """Called now and then: notice requests that were lost."""
        if self._pull is not None:
            await self._pull.ask_again_when_lost(now)

    async def stop(self) -> None:
        """Take no more, finish what is in hand, give back what waits."""
        self._stopping.set()
        if self._pull is not None:
            await self._pull.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
