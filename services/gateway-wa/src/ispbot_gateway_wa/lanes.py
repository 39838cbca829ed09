"""Work side by side, in order per key, with a limit on how much runs at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from ispbot_runtime.tasks import cancel_all

Work = Callable[[], Coroutine[Any, Any, None]]


class Lanes:
    """``put`` never waits; the first failure is kept for ``failed``."""

    def __init__(self, at_once: int) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._lanes: dict[str, deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting = 0

    def put(self, key: str, work: Work) -> None:
        """Run ``work`` after everything that was put before under the same key."""
        self.waiting += 1
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(work)
            return
        self._lanes[key] = deque([work])
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def _run(self, key: str) -> None:
        lane = self._lanes[key]
        while lane:
            async with self._room:
                await lane[0]()
            lane.popleft()
            self.waiting -= 1
        del self._lanes[key]

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None and not self._failure.done():
            self._failure.set_exception(task.exception() or RuntimeError("unreachable"))

    async def failed(self) -> None:
        """Run for the life of the lanes; raises the first failure of any work (a bug)."""
        await self._failure

    async def drain(self, *, limit_s: float) -> None:
        """Wait until nothing is left, not longer than ``limit_s``; then cut the rest."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=limit_s)
        await cancel_all(tuple(self._tasks))
        self._failure.cancel()
