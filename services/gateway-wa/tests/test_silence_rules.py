"""What counts as an unusual silence, and in which order it is met."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ispbot_gateway_wa.domain.silence import (
    AT_LEAST_MINUTES,
    HOURS,
    REMEMBERED_MINUTES,
    Silence,
    Stage,
    Usual,
    hour_of_week,
)

BUSY, NIGHT = 10, 3


def used(hour, *, lively, quiet):
    return Usual().with_minutes(hour, lively=lively, quiet=quiet)


def quiet_minutes(silence, number, hour=BUSY):
    for _ in range(number):
        silence = silence.minute_over(hour, connected=True)
    return silence


def until(silence, stage, hour=BUSY):
    """The silence at that stage, and how many minutes it took."""
    for minute in range(1, 1000):
        silence = silence.minute_over(hour, connected=True)
        if silence.stage is stage:
            return silence, minute
    raise AssertionError(f"never {stage!r}")


def test_the_hour_of_the_week_is_the_companys():
    tz = ZoneInfo("America/Argentina/Buenos_Aires")
    assert hour_of_week(datetime(2026, 11, 30, 2, 30, tzinfo=UTC), tz) == 6 * 24 + 23  # still Sunday there
    assert hour_of_week(datetime(2026, 11, 30, 3, 0, tzinfo=UTC), tz) == 0
    assert hour_of_week(datetime(2026, 12, 7, 2, 59, tzinfo=UTC), tz) == HOURS - 1


def test_a_link_nobody_knows_yet_is_never_suspected():
    assert quiet_minutes(Silence(), 5000).stage is Stage.TRUSTED


def test_a_silence_in_a_busy_hour_is_noticed_within_minutes_and_one_at_night_is_not():
    busy = used(BUSY, lively=240, quiet=0).with_minutes(NIGHT, lively=2, quiet=238)
    _, minutes = until(Silence(busy), Stage.RECONNECTED)
    assert AT_LEAST_MINUTES <= minutes <= 10
    assert quiet_minutes(Silence(busy), 600, NIGHT).stage is Stage.TRUSTED


def test_the_livelier_the_hour_the_sooner_and_one_week_is_believed_less_than_four():
    def patience(usual):
        return until(Silence(usual), Stage.RECONNECTED)[1]

    one_week, four_weeks = used(BUSY, lively=60, quiet=0), used(BUSY, lively=240, quiet=0)
    seldom = used(BUSY, lively=24, quiet=216)
    assert patience(four_weeks) < patience(one_week) < patience(seldom)
    assert patience(seldom) > 120


def test_each_step_is_taken_once_and_then_people_are_left_to_it():
    silence = Silence(used(BUSY, lively=240, quiet=0))
    steps = []
    for _ in range(500):
        after = silence.minute_over(BUSY, connected=True)
        if after.stage is not silence.stage:
            steps.append(after.stage)
        silence = after
    assert steps == [Stage.RECONNECTED, Stage.RESTARTED, Stage.ALERTED]


def test_minutes_without_a_link_are_nobodys_silence_and_a_new_link_begins_anew():
    usual = used(BUSY, lively=240, quiet=0)
    silence = quiet_minutes(Silence(usual), AT_LEAST_MINUTES)
    for _ in range(100):
        silence = silence.minute_over(BUSY, connected=False)
    assert silence.stage is Stage.TRUSTED
    _, minutes = until(silence.linked(), Stage.RECONNECTED)
    assert minutes == until(Silence(usual), Stage.RECONNECTED)[1]


def test_what_a_dead_link_withheld_is_not_learnt_as_quiet():
    usual = used(BUSY, lively=240, quiet=0)
    silence, _ = until(Silence(usual), Stage.RECONNECTED)
    assert silence.withheld
    after = silence.linked().arrived()
    assert (after.stage, after.usual) == (Stage.TRUSTED, usual)


def test_a_quiet_holiday_is_learnt_and_trust_comes_back_with_the_first_message():
    usual = used(BUSY, lively=240, quiet=0)
    silence, _ = until(Silence(usual), Stage.ALERTED)
    after = quiet_minutes(silence, 20).arrived()
    assert after.stage is Stage.TRUSTED
    assert after.usual.chance(BUSY) < usual.chance(BUSY)


def test_lively_and_quiet_minutes_are_told_apart_and_the_old_ones_fade():
    silence = Silence()
    for _ in range(30):
        silence = silence.arrived().minute_over(BUSY, connected=True).minute_over(BUSY, connected=True)
    usual = silence.arrived().usual
    assert (usual.lively[BUSY], usual.watched[BUSY]) == (30, 60)
    for _ in range(2000):
        usual = usual.with_minutes(BUSY, quiet=1)
    assert usual.watched[BUSY] == pytest.approx(REMEMBERED_MINUTES)
    assert usual.chance(BUSY) < 0.001
    assert sum(usual.watched) == usual.watched[BUSY]
