"""Quiet hours and the local day, in the company's time zone. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(now: datetime, quiet_from: time, quiet_to: time, tz: ZoneInfo) -> datetime | None:
    """Return when the quiet hours that ``now`` lies in end, None outside of them. Equal ends are no quiet time."""
    local = now.astimezone(tz)
    clock = local.time().replace(tzinfo=None)
    if quiet_from < quiet_to:
        inside, tomorrow = quiet_from <= clock < quiet_to, False
    else:
        inside = quiet_from != quiet_to and (clock >= quiet_from or clock < quiet_to)
        tomorrow = clock >= quiet_from
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if tomorrow else local.date()
    return datetime.combine(day, quiet_to, tz).astimezone(now.tzinfo)


def next_day(now: datetime, tz: ZoneInfo) -> datetime:
    """Return the next local midnight."""
    day = now.astimezone(tz).date() + timedelta(days=1)
    return datetime.combine(day, time(), tz).astimezone(now.tzinfo)
