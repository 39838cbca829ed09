"""The short run of the chaos measurement: what ``./ispbot bench chaos`` does for minutes, once per part that holds state."""

import pytest

from bench.chaos import killing, run
from bench.chaos_ledger import trace
from ispbot_launcher.running import Running

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

PARTS = ("router", "gateway-wa", "tickets", "nats", "database")


async def test_killing_every_part_once_loses_doubles_and_turns_around_nothing(running: Running):
    result = await run(running, phones=12, seed=7, killer=killing(running, PARTS, 1))
    assert sorted(kill.part for kill in result.kills) == sorted(PARTS)
    assert (result.cases > 0, result.replies > 0, result.answers > 100) == (True, True, True)
    assert not result.offending, "\n".join(trace(chat, running) for chat in result.offending)
