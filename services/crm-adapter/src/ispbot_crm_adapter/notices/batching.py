"""Many small writes as few large ones: what arrives together is written together, and each caller waits for its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Batcher(Generic[ItemT]):
    """Collects items for one writer. At most ``limit`` go in one write; callers are bounded by what they have in flight."""

    def __init__(self, write: Callable[[Sequence[ItemT]], Awaitable[None]], *, limit: int = 200) -> None:
        self._write = write
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
            batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            try:
                await self._write([item for item, _ in batch])
            except asyncio.CancelledError:
                for _, done in batch:
                    done.cancel()
                raise
            except Exception as error:  # noqa: BLE001 - handed to the callers, whose edge decides
                _tell(batch, error)
            else:
                _tell(batch, None)


def _tell(batch: Sequence[tuple[object, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, done in batch:
        if not done.done():
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
