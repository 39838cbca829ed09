"""The notices of the measurement: whom they are for, how they are pushed, and what must become of each."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

MARK = "Aviso de prueba"
KNOWN = 200
"""So many people wrote before; everybody else is a stranger, for whom there is a budget."""
_AT_ONCE = 64
_TRIES = 120
_AGAIN_S = 1.0
_EVERY_TWICE = 50
_NOBODY = "12"


@dataclass(frozen=True)
class Plan:
    """``count`` notices: one to each stranger, some to numbers that nobody can read, the rest to people who wrote before."""

    count: int
    strangers: int
    unreadable: int

    def is_unreadable(self, number: int) -> bool:
        """Tell whether it must be refused."""
        return self.strangers <= number < self.strangers + self.unreadable

    def phone_of(self, number: int) -> str:
        """Return whom a notice is for."""
        if self.is_unreadable(number):
            return _NOBODY
        return f"54935190{number:05d}" if number < self.strangers else known_phone(number)


def known_phone(number: int) -> str:
    """Return one of the phones that wrote before."""
    return f"54935180{number % KNOWN:05d}"


@dataclass
class Burst:
    """Pushes as a management system does that repeats what it got no answer to, and some although it got one."""

    url: str
    token: str
    plan: Plan
    ids: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)
    """Why pushes were repeated: ``no_answer``, or ``unavailable`` (503)."""
    other_id: int = 0
    """Repetitions that were answered with another id."""
    took: list[float] = field(default_factory=list)
    _left: list[int] = field(default_factory=list)

    async def run(self) -> float:
        """Push everything; returns how many seconds that took."""
        self._left = list(range(self.plan.count))
        random.Random(1).shuffle(self._left)
        began = time.perf_counter()
        limits, headers = httpx.Limits(max_connections=_AT_ONCE), {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(timeout=20, limits=limits, headers=headers) as http:
            await asyncio.gather(*(self._worker(http) for _ in range(_AT_ONCE)))
        return time.perf_counter() - began

    async def _worker(self, http: httpx.AsyncClient) -> None:
        while self._left:
            number = self._left.pop()
            await self._push(http, number)
            if number % _EVERY_TWICE == 0 and number in self.ids:
                first = self.ids[number]
                await self._push(http, number)
                self.other_id += self.ids[number] != first

    async def _push(self, http: httpx.AsyncClient, number: int) -> None:
        form = {"to": self.plan.phone_of(number), "message": f"{MARK} {number}"}
        for _ in range(_TRIES):
            began = time.perf_counter()
            try:
                answer = await http.post(self.url, data=form)
            except httpx.HTTPError:
                self.repeated["no_answer"] += 1
                await asyncio.sleep(_AGAIN_S)
                continue
            self.took.append(time.perf_counter() - began)
            if answer.status_code == httpx.codes.OK:
                self.ids[number] = answer.json()["id"]
                return
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.refused[number] = answer.json()["code"]
                return
            self.repeated["unavailable"] += 1
            await asyncio.sleep(_AGAIN_S)
        self.refused[number] = "never_answered"
