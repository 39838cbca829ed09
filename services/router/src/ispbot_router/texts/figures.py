"""Amounts, dates and ages as people read them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ispbot_contracts.common import Money
from ispbot_router.domain.hours import WeekSpan

_SYMBOLS = {"ARS": "$", "USD": "US$", "EUR": "€"}
_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_SHORT_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")


def money(value: Money) -> str:
    """Return ``$ 18.500,00``; the currency's code stands for those without a sign of their own."""
    figures = f"{abs(value.amount):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{_SYMBOLS.get(value.currency, value.currency)} {figures}"


def speed(down_mbps: Decimal | None, up_mbps: Decimal | None) -> str | None:
    """Return ``300 Mbps`` or ``300/100 Mbps`` (down/up); None when it is not known."""
    if down_mbps is None:
        return None
    return f"{down_mbps.normalize():f}{f'/{up_mbps.normalize():f}' if up_mbps is not None else ''} Mbps"


def short_date(day: date, today: date) -> str:
    """Return ``10/11``, with the year when it is another one."""
    return f"{day:%d/%m}" if day.year == today.year else f"{day:%d/%m/%Y}"


def long_day(day: date) -> str:
    """Return ``martes 24/11``."""
    return f"{_DAYS[day.weekday()]} {day:%d/%m}"


def clock(at: time | datetime) -> str:
    """Return ``9`` or ``9:30``."""
    return f"{at.hour}" if at.minute == 0 else f"{at.hour}:{at.minute:02}"


def age(span: timedelta) -> str:
    """Return ``5 min``, ``2 h`` or ``3 días``."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours = round(minutes / 60)
    if hours < 36:
        return f"{hours} h"
    return f"{round(hours / 24)} días"


def day_name(at: datetime, now: datetime) -> str:
    """Return ``hoy``, ``mañana`` or ``el martes 24/11``; both times are local."""
    distance = (at.date() - now.date()).days
    if distance in {0, 1}:
        return ("hoy", "mañana")[distance]
    return f"el {long_day(at)}"


def slot(starts: datetime, ends: datetime) -> str:
    """Return ``mar 24/11, de 10:30 a 12:00``; local times."""
    return f"{_SHORT_DAYS[starts.weekday()]} {starts:%d/%m}, de {starts:%H:%M} a {ends:%H:%M}"


def long_slot(starts: datetime, ends: datetime) -> str:
    """Return ``martes 24/11, de 10:30 a 12:00``; local times."""
    return f"{long_day(starts)}, de {starts:%H:%M} a {ends:%H:%M}"


def week(spans: Sequence[WeekSpan]) -> str:
    """Return ``lun a vie de 9 a 18, sáb de 9 a 13``."""
    return ", ".join(f"{_days(span)} {' y '.join(_shift(*shift) for shift in span.shifts)}" for span in spans)


def _days(span: WeekSpan) -> str:
    first, last = _SHORT_DAYS[span.first], _SHORT_DAYS[span.last]
    if span.first == span.last:
        return first
    return f"{first} {'y' if span.last == span.first + 1 else 'a'} {last}"


def _shift(opens: time, closes: time) -> str:
    return "las 24 h" if opens == closes else f"de {clock(opens)} a {clock(closes)}"


def full_name(name: str) -> str:
    """Return a name typed in capitals as people write it."""
    return " ".join(word.capitalize() for word in name.split()) if name.isupper() else name


def first_name(name: str) -> str:
    """Return how to call somebody: ``CORREA, NÉLIDA`` and ``nélida correa`` are both Nélida."""
    given = name.partition(",")[2].strip() or name
    word = (given.split() or [name])[0]
    return word.capitalize() if word.isupper() or word.islower() else word
