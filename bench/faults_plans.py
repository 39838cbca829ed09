"""Which crashes a fault run tries in which telling."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from bench.faulty.points import Plan

Seen = Mapping[str, Sequence[str]]
"""Service to the points it reached, in order."""


def crash_plans(seen: Seen, *, together: bool, each: int, only: str = "") -> list[Plan]:
    """Return plans that crash every service at every point, a service ``each`` times in one telling, at points far apart in
    the story; ``together``: all services in the same telling."""
    crashes = {}
    for name, reached in seen.items():
        points = [point for point in reached if only in f"{name} {point}"]
        tellings = -(-len(points) // each)
        crashes[name] = [{name: points[first::tellings]} for first in range(tellings)]
    if not together:
        return [Plan(crash=crash) for of_one in crashes.values() for crash in of_one]
    return [
        Plan(crash={name: points for crash in group if crash for name, points in crash.items()})
        for group in zip_longest(*crashes.values())
    ]


def halves(plan: Plan) -> list[Plan]:
    """Return the plan's crashes in two parts; none when there is only one left."""
    every = [(name, point) for name, points in plan.crash.items() for point in points]
    if len(every) == 1:
        return []
    parts = (every[: len(every) // 2], every[len(every) // 2 :])
    return [
        replace(plan, crash={name: [point for of, point in part if of == name] for name, _ in part}) for part in parts
    ]


def with_crashes_while_recovering(plan: Plan, known: Seen, seen: Seen, *, only: str = "") -> Plan | None:
    """Return the plan with the points that were first reached under it: the service dies again while it recovers.

    None when there are none.
    """
    crash = {
        name: [*plan.crash.get(name, ()), *new]
        for name, reached in seen.items()
        if (new := [each for each in reached if each not in known.get(name, ()) and only in f"{name} {each}"])
    }
    return replace(plan, crash={**plan.crash, **crash}) if crash else None


def named(plan: Plan) -> str:
    """Return the plan's crashes as one line."""
    return ", ".join(f"{name}: {point}" for name, points in plan.crash.items() for point in points)


def spread(plans: Sequence[Plan], most: int | None) -> list[Plan]:
    """Return at most so many plans, taken evenly from all of them."""
    if most is None or most >= len(plans):
        return list(plans)
    return [plans[place * len(plans) // most] for place in range(most)]
