"""Quiet hours and the local day."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ispbot_gateway_wa.domain.hours import next_day, quiet_until

BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")
SANTIAGO = ZoneInfo("America/Santiago")
NIGHT = (time(21), time(8))
SIESTA = (time(13), time(16))


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (NIGHT, "2026-11-28T23:59:59Z", None),
        (NIGHT, "2026-11-29T00:00:00Z", "2026-11-29T11:00:00Z"),
        (NIGHT, "2026-11-29T10:59:59Z", "2026-11-29T11:00:00Z"),
        (NIGHT, "2026-11-29T11:00:00Z", None),
        (SIESTA, "2026-11-29T16:00:00Z", "2026-11-29T19:00:00Z"),
        (SIESTA, "2026-11-29T19:00:00Z", None),
        ((time(8), time(8)), "2026-11-29T11:00:00Z", None),
    ],
)
def test_quiet_hours_end_in_local_time(hours, now, until):
    found = quiet_until(datetime.fromisoformat(now), *hours, BUENOS_AIRES)
    assert found == (datetime.fromisoformat(until) if until else None)


def test_a_night_in_which_the_clock_changes_ends_at_the_local_hour():
    now = datetime(2026, 9, 6, 2, 0, tzinfo=UTC)  # Chile puts the clock forward this night
    assert quiet_until(now, *NIGHT, SANTIAGO) == datetime(2026, 9, 6, 8, 0, tzinfo=SANTIAGO)


def test_the_next_day_begins_at_local_midnight():
    assert next_day(datetime(2026, 11, 29, 1, tzinfo=UTC), BUENOS_AIRES) == datetime(2026, 11, 29, 3, tzinfo=UTC)
