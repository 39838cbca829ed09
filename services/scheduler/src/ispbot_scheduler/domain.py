"""The agenda: which times are free. Pure; local times are the company's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BLOCK_MIN = 15
"""Visits occupy whole blocks of this many minutes; two visits of one technician never share a block."""


class NotOffered(Exception):
    """That time is not one the agenda offers."""


@dataclass(frozen=True)
class Shift:
    """Visits can start on ``weekday`` (0 = Monday) from ``opens`` and end by ``closes``."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Worker:
    """A technician and the kinds of visit they do."""

    worker_id: str
    name: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class Agenda:
    """What the agenda's settings say."""

    tz: ZoneInfo
    shifts: tuple[Shift, ...]
    closed_days: frozenset[date]
    visit: timedelta
    notice: timedelta
    days_ahead: int
    workers: tuple[Worker, ...]

    def starts(self, now: datetime) -> Iterator[datetime]:
        """Yield every start time on offer from ``now`` on, in UTC, earliest first."""
        today = now.astimezone(self.tz).date()
        for offset in range(self.days_ahead + 1):
            day = today + timedelta(days=offset)
            if day not in self.closed_days:
                yield from sorted(start for start in self._starts_on(day) if start >= now + self.notice)

    def _starts_on(self, day: date) -> Iterator[datetime]:
        for shift in self.shifts:
            if shift.weekday == day.weekday():
                start = datetime.combine(day, shift.opens, tzinfo=self.tz)
                end = datetime.combine(day, shift.closes, tzinfo=self.tz)
                while start + self.visit <= end:
                    yield start.astimezone(ZoneInfo("UTC"))
                    start += self.visit

    def who_can(self, kind: str, first: str | None = None) -> list[Worker]:
        """Return who does this kind of visit, the zone's own technician first."""
        able = [worker for worker in self.workers if kind in worker.kinds]
        return sorted(able, key=lambda worker: worker.worker_id != first)

    def check_offered(self, start: datetime, worker_id: str, kind: str, now: datetime) -> Worker:
        """Return the technician when the agenda offers this start. Raises NotOffered."""
        worker = next((who for who in self.who_can(kind) if who.worker_id == worker_id), None)
        if worker is None or start not in set(self.starts(now)):
            raise NotOffered
        return worker


def blocks(worker_id: str, start: datetime, end: datetime) -> list[str]:
    """Return the keys of the blocks that a visit occupies."""
    keys = []
    at = start.astimezone(ZoneInfo("UTC"))
    at -= timedelta(minutes=at.minute % BLOCK_MIN, seconds=at.second, microseconds=at.microsecond)
    while at < end:
        keys.append(f"{worker_id}@{at:%Y%m%dT%H%M}")
        at += timedelta(minutes=BLOCK_MIN)
    return keys


def free_slots(
    agenda: Agenda, *, kind: str, first: str | None, taken: Iterable[str], now: datetime, limit: int
) -> list[tuple[datetime, Worker]]:
    """Return the earliest free starts, one technician for each: the zone's own when free, else whoever is."""
    busy = set(taken)
    found: list[tuple[datetime, Worker]] = []
    workers = agenda.who_can(kind, first)
    for start in agenda.starts(now):
        for worker in workers:
            if busy.isdisjoint(blocks(worker.worker_id, start, start + agenda.visit)):
                found.append((start, worker))
                break
        if len(found) >= limit:
            break
    return found
