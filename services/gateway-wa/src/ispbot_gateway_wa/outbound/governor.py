"""The send governor: one rate for the whole number, replies before notices."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Literal

from ispbot_gateway_wa import metrics

Priority = Literal["reply", "notice"]
_RANK: dict[Priority, int] = {"reply": 0, "notice": 1}
_CATCH_UP_S = 0.05
"""What a late timer may make up for: never a burst."""


class Governor:
    """Hands out turns."""

    def __init__(self, per_second: Callable[[], float]) -> None:
        self._per_second = per_second
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._next_at = 0.0
        self._running: asyncio.Task[None] | None = None

    async def turn(self, priority: Priority) -> None:
        """Wait for a turn; a reply overtakes every waiting notice."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (_RANK[priority], next(self._numbers), turn))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._hand_out())
        with metrics.WAITING.labels(priority).track_inprogress():
            await turn

    async def _hand_out(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            now = loop.time()
            if self._next_at > now:
                await asyncio.sleep(self._next_at - now)
                continue
            _, _, turn = heapq.heappop(self._waiting)
            if turn.done():
                continue  # its caller was cut
            turn.set_result(None)
            self._next_at = max(self._next_at, now - _CATCH_UP_S) + 1.0 / self._per_second()
