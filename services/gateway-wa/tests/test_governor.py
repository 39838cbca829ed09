"""Turns: notices give way to customers who wait, and what waits minutes for one is sent away when the link or the term ends."""

import asyncio

import pytest
from conftest import FAST

from ispbot_gateway_wa.attention import Attention
from ispbot_gateway_wa.outbound import governor as governing
from ispbot_gateway_wa.outbound.governor import Governor, Rank
from ispbot_runtime.errors import Retryable
from ispbot_runtime.testing import eventually


async def take(governor: Governor, rank: Rank, limit_s: float = 10.0) -> None:
    async with governor.paced_turn(rank, limit_s=limit_s):
        pass


SLOW = FAST.model_copy(update={"notices_per_minute": 1})


async def test_notices_that_wait_are_sent_away_at_the_end_and_replies_go_on():
    governor = Governor(lambda: SLOW, Attention())
    await take(governor, Rank.NOTICE)
    waiting = [asyncio.create_task(take(governor, rank)) for rank in (Rank.NOTICE, Rank.COLD_NOTICE)]
    await eventually(lambda: len(governor._paced) == 2)
    governor.send_notices_away()
    for one in waiting:
        with pytest.raises(Retryable):
            await one
    with pytest.raises(Retryable):
        await take(governor, Rank.NOTICE)
    await governor.turn(Rank.REPLY)
    await governor.turn(Rank.GROUP_NOTICE)
    governor.admit_notices()
    again = asyncio.create_task(take(governor, Rank.NOTICE))
    await eventually(lambda: len(governor._paced) == 1)
    governor.send_notices_away()
    with pytest.raises(Retryable):
        await again


async def test_the_next_notice_leaves_when_the_one_before_has_left():
    governor = Governor(lambda: FAST, Attention())
    async with governor.paced_turn(Rank.NOTICE, limit_s=10):
        second = asyncio.create_task(take(governor, Rank.NOTICE))
        await governor.turn(Rank.REPLY)
        await asyncio.sleep(0.1)
        assert not second.done()
    await second


async def test_who_gives_up_waiting_holds_nobody_up():
    governor = Governor(lambda: FAST, Attention())
    async with governor.paced_turn(Rank.NOTICE, limit_s=10):
        with pytest.raises(Retryable, match="further away"):
            await take(governor, Rank.NOTICE, limit_s=0.05)
    await take(governor, Rank.NOTICE)


async def test_a_notice_gives_way_to_a_customer_who_waits_for_an_answer():
    attention = Attention()
    governor = Governor(lambda: FAST, attention)
    attention.asked("one")
    attention.asked("two")
    await take(governor, Rank.NOTICE)  # the first after a rest: nothing is held longer than its limit
    notice = asyncio.create_task(take(governor, Rank.NOTICE))
    await governor.turn(Rank.REPLY)
    attention.answered("one")
    await asyncio.sleep(0.2)
    assert not notice.done()
    attention.answered("two")
    await notice


async def test_a_number_where_somebody_always_waits_still_sends_its_notices(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(governing, "_HELD_MAX_S", 0.2)
    attention = Attention(clock=lambda: 0.0)  # nobody's time runs out
    governor = Governor(lambda: FAST, attention)
    attention.asked("one")
    for _ in range(3):
        await take(governor, Rank.NOTICE)
    assert attention.somebody_waits


async def test_while_customers_chat_notices_rest_as_long_as_each_took():
    attention = Attention()
    governor = Governor(lambda: FAST, attention)
    now = asyncio.get_running_loop().time
    async with governor.paced_turn(Rank.NOTICE, limit_s=10):
        attention.asked("one")
        attention.answered("one")
        await asyncio.sleep(0.3)
    ended = now()
    await take(governor, Rank.NOTICE)
    assert now() - ended >= 0.25


def test_who_wrote_to_a_person_holds_nothing_for_long():
    now = 0.0
    attention = Attention(clock=lambda: now)
    attention.asked("one")
    assert attention.somebody_waits
    now = 3.0
    assert not attention.somebody_waits
