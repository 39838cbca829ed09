"""When people attend: opening hours, holidays and the next opening, in the company's time zone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ispbot_contracts.settings import OpeningHours

_LOOK_AHEAD_DAYS = 21


@dataclass(frozen=True)
class BusinessHours:
    """The week of ``hours``; ``is_closed`` tells the days off (holidays, extra days)."""

    tz: ZoneInfo
    hours: Sequence[OpeningHours]
    is_closed: Callable[[date], bool]

    def is_open(self, now: datetime) -> bool:
        """Tell whether somebody attends now."""
        today = now.astimezone(self.tz).date()
        return any(start <= now < end for day in (today - timedelta(days=1), today) for start, end in self._spans(day))

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when somebody attends next, local time; None when no opening is in sight."""
        today = now.astimezone(self.tz).date()
        for offset in range(_LOOK_AHEAD_DAYS):
            openings = [start for start, _ in self._spans(today + timedelta(days=offset)) if start > now]
            if openings:
                return min(openings).astimezone(self.tz)
        return None

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if self.is_closed(day):
            return []
        spans = []
        for shift in self.hours:
            if shift.weekday == day.weekday():
                start = datetime.combine(day, shift.opens, tzinfo=self.tz)
                last = day + timedelta(days=1) if shift.closes <= shift.opens else day
                spans.append((start, datetime.combine(last, shift.closes, tzinfo=self.tz)))
        return spans


@dataclass(frozen=True)
class WeekSpan:
    """Days in a row with the same hours; weekdays count from 0 = Monday."""

    first: int
    last: int
    shifts: tuple[tuple[time, time], ...]


def week_spans(hours: Sequence[OpeningHours]) -> list[WeekSpan]:
    """Return the week in the fewest spans, for a sentence that people can read."""
    spans: list[WeekSpan] = []
    for day in range(7):
        shifts = tuple(sorted((shift.opens, shift.closes) for shift in hours if shift.weekday == day))
        if not shifts:
            continue
        if spans and spans[-1].last == day - 1 and spans[-1].shifts == shifts:
            spans[-1] = WeekSpan(spans[-1].first, day, shifts)
        else:
            spans.append(WeekSpan(day, day, shifts))
    return spans
