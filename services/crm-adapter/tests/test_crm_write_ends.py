"""A write that waits for a system that is away: told to a person after a day, as not done only when it surely was not."""

from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.errors import CrmUnreachable
from ispbot_crm_adapter.ports import Sighting
from ispbot_crm_adapter.write_ledger import WriteLedger, WriteState
from ispbot_crm_adapter.writes import GIVE_UP_AFTER, Write, WriteLater, Writer, WriteRefused, WriteUnknown

JUST_OVER = GIVE_UP_AFTER + timedelta(minutes=1)
JUST_UNDER = GIVE_UP_AFTER - timedelta(minutes=1)


@pytest.fixture
def ledger(database) -> WriteLedger:
    return WriteLedger(database)


@pytest.fixture
def carry_out(ledger):
    """Return a function that tries a write to a system that fails with ``code``, asked for so long ago."""

    async def fail(code, ago):
        async def send() -> str | None:
            raise CrmUnreachable(code)

        async def look() -> Sighting:
            raise CrmUnreachable(code)

        write = Write("w1", "case", "1", send, look)
        writer = Writer(ledger, source="system", settle_s=1, retry_s=1)
        return await writer.carry_out(write, asked_at=utc_now() - ago)

    return fail


async def test_what_never_left_waits_within_the_day(carry_out, ledger):
    with pytest.raises(WriteLater):
        await carry_out("dns", JUST_UNDER)
    assert (await ledger.read("w1")).state is WriteState.NEVER_LEFT


async def test_what_never_left_is_told_as_not_done_after_a_day(carry_out, ledger):
    with pytest.raises(WriteLater):
        await carry_out("dns", JUST_UNDER)
    with pytest.raises(WriteRefused) as told:
        await carry_out("dns", JUST_OVER)
    assert told.value.reason == texts.WRITE_GIVEN_UP
    assert (await ledger.read("w1")).state is WriteState.REFUSED


async def test_what_may_have_arrived_waits_within_the_day(carry_out, ledger):
    with pytest.raises(WriteLater):
        await carry_out("timeout", JUST_UNDER)
    assert (await ledger.read("w1")).state is WriteState.BEGAN


async def test_what_may_have_arrived_is_told_as_unknown_after_a_day(carry_out, ledger):
    with pytest.raises(WriteUnknown):
        await carry_out("timeout", JUST_OVER)
    assert (await ledger.read("w1")).state is WriteState.UNKNOWN
    assert await ledger.owed("case") == []  # its command comes again until it is told
