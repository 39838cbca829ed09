"""How many notices are in the gateway's hands at once, whoever hands them over, and what becomes of those it never settles."""

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import GetNotice, NoticeState, NoticesUnreached, RetryNotice
from ispbot_crm_adapter.bootstrap import SECTIONS
from ispbot_crm_adapter.notices.dispatch import Dispatcher
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_runtime.testing import eventually

PHONE = "2915048080"


def forty(word: str) -> list[dict[str, str]]:
    return [{"to": f"351555{number:04}", "message": word} for number in range(40)]


async def test_two_dispatchers_never_release_the_same_notice(database, start_notices, gateway, ledger_holds):
    gateway.silent = True
    _, push = await start_notices(notice_window=1)
    await push.json(forty("Hola"))
    await ledger_holds("waiting", 39)
    ledger, now = Ledger(database), utc_now()
    candidates = await ledger.candidates("normal", now, 30)
    slots = [range(100 + 30 * caller, 130 + 30 * caller) for caller in range(4)]
    claims = await asyncio.gather(*(ledger.claim(candidates, mine, now) for mine in slots))
    ids = [one["_id"] for taken, _ in claims for one in taken]
    assert len(ids) == len(set(ids))
    assert len(ids) == 30


async def test_a_slot_is_filled_by_one_of_several_and_the_others_are_told(
    database, start_notices, gateway, ledger_holds
):
    gateway.silent = True
    _, push = await start_notices(notice_window=1)
    await push.json(forty("Hola"))
    await ledger_holds("waiting", 39)
    ledger, now = Ledger(database), utc_now()
    candidates = await ledger.candidates("normal", now, 30)
    shares = [candidates[:10], candidates[10:20], candidates[20:]]
    claims = await asyncio.gather(*(ledger.claim(share, range(100, 110), now) for share in shares))
    assert sum(len(taken) for taken, _ in claims) == 10
    assert sum(len(crowded) for _, crowded in claims) == 20
    assert Counter(one["state"] for one in await database["notices"].find().to_list()) == {"waiting": 29, "sending": 11}


async def test_the_window_holds_for_two_dispatchers_together_and_all_leave(
    database, start_notices, start_watch, make_bus, gateway, ledger_holds
):
    gateway.silent = True
    _, push = await start_notices(notice_window=6)
    bus, watch = await make_bus("second"), await start_watch(*SECTIONS)
    second = Dispatcher(Ledger(database), bus, watch, window=6)
    third = Dispatcher(Ledger(database), bus, watch, window=6)
    await push.json(forty("Hola"))
    await ledger_holds("sending", 6)
    most, settled = 0, set()
    while len(settled) < 40:
        await asyncio.gather(second.turn(utc_now()), third.turn(utc_now()))
        most = max(most, await database["notices"].count_documents({"lane": "sending"}))
        waiting = [one for one in gateway.asked if one.id not in settled]
        for command in random.sample(waiting, min(len(waiting), 3)):
            settled.add(command.id)
            await gateway.bus.publish(gateway.settled(command, "sent"))
        await asyncio.sleep(0)
    await ledger_holds("sent", 40)
    assert most == 6
    assert len({one.notice_id for one in gateway.asked}) == len({one.id for one in gateway.asked}) == 40
    assert await database["notices"].count_documents({"slot": {"$exists": True}}) == 0


async def test_notices_handed_over_by_an_earlier_release_count_too(
    database, start_notices, start_watch, make_bus, gateway, ledger_holds
):
    gateway.silent = True
    _, push = await start_notices(notice_window=2)
    await push.json(forty("Hola"))
    await ledger_holds("sending", 2)
    await database["notices"].update_many({"lane": "sending"}, {"$unset": {"slot": ""}})
    dispatcher = Dispatcher(Ledger(database), await make_bus("second"), await start_watch(*SECTIONS), window=3)
    assert await dispatcher.turn(utc_now()) == 1
    assert await dispatcher.turn(utc_now()) == 0


@pytest.fixture
async def given_up(start_notices, gateway, ask, database, ledger_holds):
    """Push a notice that the gateway never says a word about until long after its end; returns its id."""
    gateway.silent = True
    _, push = await start_notices()
    notice_id = (await push.mikrowisp_post(PHONE, "Hola")).json()["id"]
    await ledger_holds("sending")
    almost = {"$set": {"expires_at": utc_now() - timedelta(minutes=59)}}
    await database["notices"].update_one({"_id": notice_id}, almost)
    assert await Ledger(database).give_up_silent(utc_now()) == 0
    await database["notices"].update_one({"_id": notice_id}, {"$set": {"expires_at": utc_now() - timedelta(hours=1)}})
    await ledger_holds("unknown")
    return notice_id


async def test_a_notice_nobody_speaks_of_ends_as_unknown_and_frees_its_place(given_up, ask, database):
    found = await ask(GetNotice(notice_id=given_up))
    assert (found.notice.state, found.notice.reason) == (NoticeState.UNKNOWN, "no_outcome")
    assert found.timeline[-1].text == "No se sabe si salió. Puede que haya llegado: el envío nunca dijo qué pasó."
    assert await Ledger(database).slots_taken() == []
    assert [row.notice_id for row in (await ask(NoticesUnreached())).rows] == [given_up]


async def test_the_gateways_late_word_and_a_receipt_before_it_settle_what_was_unknown(
    given_up, gateway, ask, ledger_holds, database
):
    [command] = gateway.asked
    await gateway.receipt(command, "delivered")
    await eventually(lambda: database["early_receipts"].count_documents({}))
    await gateway.bus.publish(gateway.settled(command, "sent"))
    await ledger_holds("delivered")
    found = await ask(GetNotice(notice_id=given_up))
    assert [one.state.value for one in found.timeline] == ["waiting", "sending", "unknown", "sent", "delivered"]
    assert await database["notices"].count_documents({"lane": {"$exists": True}}) == 0


async def test_that_it_never_left_can_be_told_late_too(given_up, gateway, ledger_holds):
    gateway.reason = "expired"
    await gateway.bus.publish(gateway.settled(gateway.asked[0], "failed"))
    await ledger_holds("failed")


async def test_an_outcome_the_gateway_does_not_know_is_unknown_until_a_receipt_comes(
    start_notices, gateway, ledger_holds, database
):
    gateway.verdict, gateway.reason = "failed", "unknown_outcome"
    _, push = await start_notices()
    await push.mikrowisp_post(PHONE, "Hola")
    await ledger_holds("unknown")
    gateway.reason = None
    await gateway.bus.publish(gateway.settled(gateway.asked[0], "sent", "late"))
    await ledger_holds("sent")


async def test_staff_may_send_what_is_unknown_again(given_up, gateway, ask, ledger_holds):
    gateway.silent = False
    await ask(RetryNotice(notice_id=given_up, agent_id="u1"))
    await ledger_holds("sent")
    first, second = gateway.asked
    assert first.notice_id != second.notice_id


async def test_receipts_are_not_kept_for_ever_for_what_is_unknown(given_up, database):
    await Ledger(database).give_up_silent(utc_now() + timedelta(days=3))
    row = await database["notices"].find_one({"_id": given_up})
    assert (row["state"], "lane" in row) == ("unknown", False)
