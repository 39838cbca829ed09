"""The send governor: one rate for the whole number, replies first, notices at their own human pace while nobody waits for a reply."""

import asyncio
import heapq
import itertools
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import IntEnum

from ispbot_contracts.settings import SendingSettings
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.attention import Attention
from ispbot_runtime.errors import Retryable

_CATCH_UP_S = 0.05
"""What a late timer may make up for: never a burst."""
_JITTER = 0.5
_SOON_S = 0.1
_UNDER_WAY_S = 1.0
"""Nobody waits so long: the end of the one under way wakes the next."""
_REST_MAX_S = 1.0
"""While customers chat, notices rest after each as long as it took: what it sets going elsewhere is worked off meanwhile."""
_LOOK_S = 0.02
_HELD_MAX_S = 2.0
"""A busy number does not hold notices for ever: so long after its pace allows it, the next one leaves whoever waits."""
_ENDS = "notices are not taken now"
_AGAIN_S = 0.5


class Rank(IntEnum):
    """Who goes first. The last two also keep to ``notices_per_minute``."""

    REPLY = 0
    GROUP_NOTICE = 1
    NOTICE = 2
    COLD_NOTICE = 3


class Governor:
    """Hands out turns."""

    def __init__(self, settings: Callable[[], SendingSettings], attention: Attention) -> None:
        self._settings = settings
        self._attention = attention
        self._prompt: list[tuple[Rank, int, asyncio.Future[None]]] = []
        self._paced: list[tuple[Rank, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._next_at = 0.0
        self._next_paced_at = 0.0
        self._somebody = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._replies_waiting = 0
        self._under_way = 0
        self._notices_admitted = True

    @property
    def replies_waiting(self) -> int:
        """How many replies wait for their turn."""
        return self._replies_waiting

    def admit_notices(self) -> None:
        """Paced notices may wait for a turn."""
        self._notices_admitted = True

    def send_notices_away(self) -> None:
        """Let no paced notice wait here any longer: their turns may be minutes away, and the link or the term ends now."""
        self._notices_admitted = False
        for _, _, turn in self._paced:
            if not turn.done():
                turn.set_exception(Retryable(_ENDS, delay_s=_AGAIN_S))
        self._paced.clear()

    @asynccontextmanager
    async def paced_turn(self, rank: Rank, *, limit_s: float) -> AsyncIterator[None]:
        """Wait for a notice's turn; the next one comes after the body has ended.

        Raises Retryable when paced notices are sent away, or when the turn is further away than ``limit_s``.
        """
        if not self._notices_admitted:
            raise Retryable(_ENDS, delay_s=_AGAIN_S)
        try:
            async with asyncio.timeout(limit_s):
                await self.turn(rank)
        except TimeoutError as error:
            raise Retryable("its turn is further away", delay_s=_SOON_S) from error
        self._under_way += 1
        began = self._now()
        try:
            yield
        finally:
            self._under_way -= 1
            if self._attention.somebody_chats:
                rest_s = min(self._now() - began, _REST_MAX_S)
                self._next_paced_at = max(self._next_paced_at, self._now() + rest_s)
            self._somebody.set()

    async def turn(self, rank: Rank) -> None:
        """Wait for a turn; a reply overtakes everything that waits, and is never held up by the notices' pace."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = self._paced if rank >= Rank.NOTICE else self._prompt
        heapq.heappush(waiting, (rank, next(self._numbers), turn))
        self._somebody.set()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._hand_out())
        is_reply = rank is Rank.REPLY
        self._replies_waiting += is_reply
        try:
            with metrics.WAITING.labels(rank.name.lower()).track_inprogress():
                await turn
        finally:
            self._replies_waiting -= is_reply

    async def _hand_out(self) -> None:
        while self._prompt or self._paced:
            now = self._now()
            if self._next_at > now:
                await asyncio.sleep(self._next_at - now)
                continue
            waiting = self._prompt or self._paced
            held_s = self._held_s(now) if waiting is self._paced else 0.0
            if held_s > 0:
                await self._somebody_or(held_s)
                continue
            _, _, turn = heapq.heappop(waiting)
            if turn.done():
                continue  # its caller was cut
            turn.set_result(None)
            self._next_at = max(self._next_at, now - _CATCH_UP_S) + 1.0 / self._settings().max_per_second
            if waiting is self._paced:
                self._next_paced_at = now + self._notice_pause_s()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def _held_s(self, now: float) -> float:
        """Return when to look at the notices again: their pace says not yet, one is under way, or a customer waits for an answer."""
        if self._next_paced_at > now:
            return self._next_paced_at - now
        if self._under_way:
            return _UNDER_WAY_S
        if self._attention.somebody_waits:
            return min(_LOOK_S, self._next_paced_at + _HELD_MAX_S - now)
        return 0.0

    async def _somebody_or(self, seconds: float) -> None:
        """Wait for the notices' pace, or for somebody who need not keep to it."""
        self._somebody.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._somebody.wait(), seconds)

    def _notice_pause_s(self) -> float:
        mean = 60.0 / self._settings().notices_per_minute
        return mean * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - human pacing
