"""Two machines must never talk to each other for ever: a budget of automatic answers per contact (facts: peers, point 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Answer:
    """An automatic answer that was given: when, and a digest of what it said."""

    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Limits:
    """At most ``budget`` answers, and ``same`` equal ones in a row, within ``window``."""

    budget: int
    same: int
    window: timedelta


def recent(answers: Sequence[Answer], now: datetime, limits: Limits) -> tuple[Answer, ...]:
    """Return the answers that still count."""
    return tuple(answer for answer in answers if now - answer.at < limits.window)


def is_spent(answers: Sequence[Answer], now: datetime, limits: Limits) -> bool:
    """Tell whether the contact got all the answers that the window allows."""
    return len(recent(answers, now, limits)) >= limits.budget


def repeats(answers: Sequence[Answer], digest: str, now: datetime, limits: Limits) -> bool:
    """Tell whether saying ``digest`` now would be the same answer once too often in a row."""
    run = 0
    for answer in reversed(recent(answers, now, limits)):
        if answer.digest != digest:
            break
        run += 1
    return run >= limits.same
