"""Which crashes the fault measurement plans."""

from bench.faults_plans import halves, with_crashes_while_recovering
from bench.faulty.points import Plan

KNOWN = {"router": ["write a before", "ack b after"]}


def test_points_first_reached_under_a_plan_are_crashed_in_the_same_plan():
    seen = {"router": [*KNOWN["router"], "publish c before"], "tickets": ["write d after"]}
    more = with_crashes_while_recovering(Plan(crash={"router": ["ack b after"]}, again=True), KNOWN, seen)
    assert more == Plan(crash={"router": ["ack b after", "publish c before"], "tickets": ["write d after"]}, again=True)


def test_nothing_new_and_nothing_that_was_asked_for_is_no_plan():
    plan = Plan(crash={"router": ["ack b after"]})
    assert with_crashes_while_recovering(plan, KNOWN, KNOWN) is None
    assert with_crashes_while_recovering(plan, KNOWN, {"router": ["publish c before"]}, only="tickets") is None


def test_halves_hold_every_crash_once_and_what_else_goes_wrong():
    plan = Plan(crash={"router": ["a", "b"], "tickets": ["c"]}, unacknowledged=True)
    parts = halves(plan)
    assert [(part.crash, part.unacknowledged) for part in parts] == [
        ({"router": ["a"]}, True),
        ({"router": ["b"], "tickets": ["c"]}, True),
    ]
    assert halves(Plan(crash={"router": ["a"]})) == []
