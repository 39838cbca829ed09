"""Many small writes as few large ones: what arrives at about the same time is written together, and each caller waits for its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Batcher(Generic[ItemT]):
    """Collects items for one writer: what comes while it writes, and ``gather_s`` seconds more. At most ``limit`` go in one
    write; callers are bounded by what they have in flight.
    """

    def __init__(
        self, write: Callable[[Sequence[ItemT]], Awaitable[None]], *, gather_s: float = 0.0, limit: int = 200
    ) -> None:
        self._write = write
        self._gather_s = gather_s
        self._limit = limit
        self._waiting: list[tuple[ItemT, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def add(self, item: ItemT) -> None:
        """Return when the item is written. Raises what its write raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._drain())
        await done

    async def stop(self) -> None:
        """Give up what is under way; who waits is told."""
        if self._work is not None and not self._work.done():
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work
        for _, done in self._waiting:
            done.cancel()
        self._waiting.clear()

    async def _drain(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._gather_s)
            batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            writing = asyncio.gather(self._write([item for item, _ in batch]), return_exceptions=True)
            try:
                [end] = await writing
            except asyncio.CancelledError:
                for _, done in batch:
                    done.cancel()
                raise
            _tell(batch, end)


def _tell(batch: Sequence[tuple[object, asyncio.Future[None]]], end: BaseException | None) -> None:
    """Give each caller the end of its write; what went wrong is for the caller's edge to judge."""
    for _, done in batch:
        if not done.done():
            if end is None:
                done.set_result(None)
            else:
                done.set_exception(end)
