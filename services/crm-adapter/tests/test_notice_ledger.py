"""A notice's way from the push to the customer's phone, and what the ledger says of it."""

import asyncio
import json
from datetime import timedelta

import pytest
from notices_world import notice_settings
from pymongo.errors import AutoReconnect

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import CancelNotice, GetNotice, ListNotices, NoticeState, RetryNotice
from ispbot_contracts.settings import BotMode, CompanySettings, NoticeSettings, OperationSettings, SendingSettings
from ispbot_crm_adapter.bootstrap import SECTIONS
from ispbot_crm_adapter.notices.dispatch import Dispatcher
from ispbot_crm_adapter.notices.intake import Origin, Wanted, command_of
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually

PHONE = "2915048080"


async def test_a_push_reaches_the_phone_and_its_receipts_the_ledger(start_notices, gateway, ask, ledger_holds):
    _, push = await start_notices()
    notice_id = (await push.mikrowisp_post(PHONE, "Tu factura vence mañana")).json()["id"]
    await ledger_holds("sent")
    assert [one.content.text for one in gateway.phones] == ["Tu factura vence mañana"]
    await gateway.receipt(gateway.phones[0], "delivered")
    await ledger_holds("delivered")
    await gateway.receipt(gateway.phones[0], "read")
    await ledger_holds("read")
    found = await ask(GetNotice(notice_id=notice_id))
    assert [one.state.value for one in found.timeline] == ["waiting", "sending", "sent", "delivered", "read"]
    assert found.notice.sent_at <= found.notice.delivered_at <= found.notice.read_at
    assert found.notice.reason is None


async def test_receipts_that_overtake_the_gateways_word_are_not_lost(start_notices, gateway, ledger_holds):
    gateway.silent = True
    _, push = await start_notices()
    await push.mikrowisp_post(PHONE, "Hola")
    await eventually(lambda: bool(gateway.asked))
    command = gateway.asked[0]
    await gateway.receipt(command, "read")
    await gateway.receipt(command, "delivered")
    await gateway.bus.publish(gateway.settled(command, "sent"))
    await ledger_holds("read")


async def test_the_customer_is_named_from_the_directory_alone(
    start_notices, gateway, ask, isp, settings_store, ledger_holds, asked, whole_directory
):
    from systems_world import SETTINGS_OF_VENDOR  # noqa: PLC0415 - the table of the suite

    await settings_store.write(SETTINGS_OF_VENDOR["ispcube"](isp), revision=0)
    _, push = await start_notices()
    customer = next(one for one in isp.isp.customers.values() if one.mobile)

    await whole_directory()
    await asked()
    await push.mikrowisp_post(customer.mobile, "Hola")
    await ledger_holds("sent")
    row = (await ask(ListNotices())).rows[0]
    assert row.customer_name is not None
    assert await asked() == {}


async def test_nothing_leaves_twice_however_often_it_is_told(start_notices, gateway, ledger_holds, ask, bus):
    _, push = await start_notices()
    notice_id = (await push.mikrowisp_post(PHONE, "Hola")).json()["id"]
    await ledger_holds("sent")
    for outcome in ("deferred", "failed", "sent"):
        await bus.publish(gateway.settled(gateway.asked[0], outcome, f"again {outcome}"))
    await (await _done(push, gateway))
    found = await ask(GetNotice(notice_id=notice_id))
    assert found.notice.state is NoticeState.SENT
    assert len([one for one in gateway.phones if one.notice_id == notice_id]) == 1


async def _done(push, gateway):
    """Send a second one and wait until it is through: what was told before has been handled by then."""
    await push.mikrowisp_post("3515550100", "otra cosa")
    return eventually(lambda: len(gateway.phones) == 2)


async def test_urgent_ones_leave_first_then_the_oldest(start_notices, gateway, ledger_holds):
    _, push = await start_notices(notice_window=1)
    gateway.silent = True
    for number in range(4):
        await push.mikrowisp_post(PHONE, f"aviso {number}")
    await push.mikrowisp_post(PHONE, "corte", urgente="1")
    await ledger_holds("waiting", 3)
    await ledger_holds("sending", 2)
    for _ in range(5):
        open_ones = [one for one in gateway.asked if one.notice_id not in {sent.notice_id for sent in gateway.phones}]
        gateway.phones += open_ones
        for one in open_ones:
            await gateway.bus.publish(gateway.settled(one, "sent"))
        count = len(gateway.phones)
        await eventually(lambda count=count: len(gateway.asked) > count or len(gateway.asked) == 5)
    texts = [one.content.text for one in gateway.asked]
    assert texts.index("corte") <= 1
    assert [text for text in texts if text != "corte"] == [f"aviso {number}" for number in range(4)]


async def test_a_deferred_notice_comes_again_and_an_old_deferral_takes_nothing_back(
    start_notices, gateway, ledger_holds
):
    gateway.verdict, gateway.reason, gateway.retry_in = "deferred", "paused", timedelta(seconds=1)
    _, push = await start_notices()
    await push.mikrowisp_post(PHONE, "Hola")
    await eventually(lambda: len(gateway.asked) == 1)
    gateway.verdict, gateway.reason = "sent", None
    await ledger_holds("sent")
    first, second = gateway.asked
    assert first.notice_id == second.notice_id
    assert first.id != second.id


async def test_only_urgent_ones_leave_in_quiet_hours(start_notices, gateway, settings_store, ledger_holds):
    local = utc_now().astimezone(CompanySettings(timezone="America/Argentina/Cordoba").tz)
    hours = {"quiet_from": (local - timedelta(minutes=5)).time(), "quiet_to": (local + timedelta(hours=1)).time()}
    _, push = await start_notices(sending=SendingSettings(**hours))
    await push.mikrowisp_post(PHONE, "Hola")
    await push.mikrowisp_post("3515550100", "urgente", urgent="true")
    await ledger_holds("sent", 1)
    assert [(one.content.text, one.urgent) for one in gateway.phones] == [("urgente", True)]
    await ledger_holds("waiting", 1)
    revision = (await settings_store.read(SendingSettings)).revision
    await settings_store.write(SendingSettings(quiet_hours=False), revision=revision)
    await ledger_holds("sent", 2)


async def test_quiet_hours_that_an_earlier_release_kept_with_the_notices_hold_for_the_sender(
    start_notices, settings_store
):
    bucket = await settings_store.bucket()
    old = json.loads(notice_settings().model_dump_json()) | {
        "quiet_hours": True, "quiet_from": "22:30:00", "quiet_to": "07:00:00",
    }  # fmt: skip
    await bucket.put(NoticeSettings.section, json.dumps(old).encode())
    await settings_store.write(SendingSettings(cold_per_day=5), revision=0)
    await start_notices()
    sending = (await settings_store.read(SendingSettings)).value
    assert (str(sending.quiet_from), str(sending.quiet_to), sending.cold_per_day) == ("22:30:00", "07:00:00", 5)
    kept = (await bucket.get(NoticeSettings.section)).value
    assert json.loads(kept) == {name: value for name, value in old.items() if not name.startswith("quiet")}
    await start_notices()
    assert (await bucket.get(NoticeSettings.section)).value == kept


async def test_what_was_accepted_waits_while_the_bot_is_stopped(
    start_notices, gateway, settings_store, ledger_holds, bus
):
    revision = await settings_store.write(OperationSettings(mode=BotMode.STOPPED), revision=0)
    service, _ = await start_notices()
    origin, wanted = (
        Origin("push", "mikrowisp", "MikroWisp"),
        Wanted("5492915048080", "Hola", [], urgent=True, kind=None),
    )
    await bus.publish(command_of("a1", wanted, origin, received_at=utc_now(), settings=notice_settings()))
    await ledger_holds("waiting")
    dispatcher = Dispatcher(Ledger(service.database), service.bus, service.watch, 5)
    assert await dispatcher.turn(utc_now()) == 0
    await settings_store.write(OperationSettings(mode=BotMode.EMERGENCY), revision=revision)
    await ledger_holds("sent")
    assert len(gateway.phones) == 1


async def test_what_is_too_late_expires_and_can_be_sent_after_all(start_notices, gateway, database, ask, ledger_holds):
    gateway.verdict, gateway.reason, gateway.retry_in = "deferred", "paused", timedelta(hours=3)
    _, push = await start_notices()
    notice_id = (await push.mikrowisp_post(PHONE, "Hola")).json()["id"]
    await eventually(lambda: database["notices"].count_documents({"reason": "paused"}))
    await database["notices"].update_one({"_id": notice_id}, {"$set": {"open_until": utc_now()}})
    await ledger_holds("expired")
    gateway.verdict, gateway.reason = "sent", None
    retried = await ask(RetryNotice(notice_id=notice_id, agent_id="u1"))
    assert retried.notice.expires_at > utc_now()
    await ledger_holds("sent")
    assert len(gateway.phones) == 1
    with pytest.raises(Refusal, match="notice_not_retryable"):
        await ask(RetryNotice(notice_id=notice_id, agent_id="u1"))


async def test_a_waiting_notice_can_be_cancelled_a_sent_one_can_not(start_notices, gateway, ask, database):
    gateway.verdict, gateway.reason, gateway.retry_in = "deferred", "cold_budget", timedelta(hours=3)
    _, push = await start_notices()
    notice_id = (await push.mikrowisp_post(PHONE, "Hola")).json()["id"]
    await eventually(lambda: database["notices"].count_documents({"reason": "cold_budget"}))
    cancelled = await ask(CancelNotice(notice_id=notice_id, agent_id="u1"))
    assert cancelled.notice.state is NoticeState.CANCELLED
    assert cancelled.timeline[-1].text == "Cancelado desde el panel."
    with pytest.raises(Refusal, match="notice_too_late"):
        await ask(CancelNotice(notice_id=notice_id, agent_id="u1"))
    with pytest.raises(Refusal, match="notice_not_found"):
        await ask(CancelNotice(notice_id="nada", agent_id="u1"))


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("point", ["after claim", "after publish"])
async def test_a_kill_between_claim_and_publish_loses_and_doubles_nothing(
    point, make_bus, database, start_watch, start_notices, gateway, ledger_holds
):  # fmt: skip
    dying_bus, ledger = await make_bus("dying"), Ledger(database)
    _, push = await start_notices(notice_window=1)
    gateway.silent = True
    await push.mikrowisp_post(PHONE, "uno")
    await ledger_holds("sending")
    await push.mikrowisp_post(PHONE, "dos")
    await ledger_holds("waiting")
    watch = await start_watch(*SECTIONS)
    dying = Dispatcher(ledger, dying_bus, watch, window=5)
    real = dying_bus.publish

    async def killed(message):
        if point == "after publish":
            await real(message)
        raise Killed

    dying_bus.publish = killed
    with pytest.raises(Killed):
        await dying.turn(utc_now())
    gateway.silent = False
    for command in list(gateway.asked):
        await gateway.bus.publish(gateway.settled(command, "sent"))
    await Dispatcher(ledger, await make_bus("restarted"), watch, window=5).take_over(utc_now())
    await ledger_holds("sent", 2)
    texts = sorted({one.content.text for one in gateway.asked})
    assert texts == ["dos", "uno"]
    keys = [one.notice_id for one in gateway.phones]
    assert len(keys) == len(set(keys))


async def test_a_burst_is_in_the_ledger_once_each_and_none_is_missing(start_notices, gateway, ledger_holds, database):
    _, push = await start_notices(notice_window=200)
    bodies = [[{"to": f"351{lot:02}{number:05}", "message": "Hola"} for number in range(40)] for lot in range(41, 46)]
    answers = await asyncio.gather(*(push.json(body) for body in bodies))
    assert sum(answer.json()["accepted"] for answer in answers) == 200
    await ledger_holds("sent", 200, timeout_s=100)
    assert len({one.notice_id for one in gateway.phones}) == len(gateway.phones) == 200
    assert await database["notices"].count_documents({}) == 200


async def test_the_database_away_only_delays(start_notices, gateway, ledger_holds, monkeypatch):
    service, push = await start_notices()
    collection = type(service.database["notices"])
    real, failures = collection.insert_many, []

    async def failing(self, *args, **kwargs):
        if len(failures) < 2:
            failures.append(1)
            raise AutoReconnect("away")
        return await real(self, *args, **kwargs)

    monkeypatch.setattr(collection, "insert_many", failing)
    assert (await push.mikrowisp_post(PHONE, "Hola")).status_code == 200
    await ledger_holds("sent", timeout_s=20)
    assert len(gateway.phones) == 1
