"""The notices of the measurement: whom they are for, what the system that pushes them was answered."""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

MARK = "Aviso de prueba"
KNOWN = 200
"""So many people wrote before; everybody else is a stranger, for whom there is a budget."""
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
    """What the pushing process (``notices_push``) was answered, as it goes on."""

    url: str
    token: str
    plan: Plan
    at_once: int
    ids: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)
    """Why pushes were repeated: ``no_answer``, or ``unavailable`` (503)."""
    other_id: int = 0
    """Repetitions that were answered with another id."""
    took: list[float] = field(default_factory=list)

    async def run(self) -> float:
        """Push everything; returns how many seconds that took. Raises RuntimeError when the pusher fails."""
        began = time.perf_counter()
        pusher = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.notices_push", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        if pusher.stdin is None or pusher.stdout is None:
            raise RuntimeError("the pusher has no pipes")
        order = {"url": self.url, "token": self.token, "plan": asdict(self.plan), "at_once": self.at_once}
        pusher.stdin.write(json.dumps(order).encode() + b"\n")
        async for line in pusher.stdout:
            self._note(*json.loads(line))
        if await pusher.wait():
            raise RuntimeError("the pusher failed")
        return time.perf_counter() - began

    def _note(self, number: int, what: str, detail: str, took: float) -> None:
        if what == "again":
            self.repeated[detail] += 1
        elif what == "refused":
            self.refused[number] = detail
        else:
            self.other_id += self.ids.get(number, detail) != detail
            self.ids[number] = detail
        if detail not in ("no_answer", "never_answered"):
            self.took.append(took)
