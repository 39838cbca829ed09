"""The short run of the fault measurement: what ``./ispbot bench faults`` does at every point, at a few of them."""

from pathlib import Path

import pytest

from bench.faults import faulty_instance, run
from bench.faults_story import SAID

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

CRASHES = 2
"""Tellings in which one point of every service is reached and ends it."""


async def test_everything_twice_and_a_crash_of_every_service_end_as_if_nothing_had_happened(tmp_path: Path):
    with faulty_instance(tmp_path) as (running, faults):
        rounds = await run(running, faults, together=True, only="message", crashes=CRASHES, said=SAID)
    assert [(each.name, each.problems) for each in rounds if each.problems] == []
    fired = [point for each in rounds for point in each.fired]
    assert {point.split(":")[0] for point in fired} >= {"gateway-wa", "router", "tickets"}
