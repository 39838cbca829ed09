"""Turns: what waits minutes for one is sent away when the link or the term ends."""

import asyncio

import pytest
from conftest import FAST

from ispbot_gateway_wa.outbound.governor import Governor, Rank
from ispbot_runtime.errors import Retryable
from ispbot_runtime.testing import eventually

SLOW = FAST.model_copy(update={"notices_per_minute": 1})


async def test_notices_that_wait_are_sent_away_at_the_end_and_replies_go_on():
    governor = Governor(lambda: SLOW)
    await governor.turn(Rank.NOTICE)
    waiting = [asyncio.create_task(governor.turn(rank)) for rank in (Rank.NOTICE, Rank.COLD_NOTICE)]
    await eventually(lambda: len(governor._paced) == 2)
    governor.send_notices_away()
    for one in waiting:
        with pytest.raises(Retryable):
            await one
    with pytest.raises(Retryable):
        await governor.turn(Rank.NOTICE)
    await governor.turn(Rank.REPLY)
    await governor.turn(Rank.GROUP_NOTICE)
    governor.admit_notices()
    again = asyncio.create_task(governor.turn(Rank.NOTICE))
    await eventually(lambda: len(governor._paced) == 1)
    governor.send_notices_away()
    with pytest.raises(Retryable):
        await again
