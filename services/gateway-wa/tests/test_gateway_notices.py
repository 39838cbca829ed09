"""Notices to any phone, and the governor that holds them back: the whole gateway on the simulated network."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import FAST
from prometheus_client import REGISTRY

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import MediaContent, TextContent
from ispbot_contracts.settings import SendingSettings
from ispbot_contracts.whatsapp import (
    GetSendState,
    MessageReceived,
    MessageSent,
    NoticeSettled,
    SendNotice,
    SessionState,
    recipient_key_of,
)
from ispbot_gateway_wa import metrics
from ispbot_runtime.testing import eventually

NELIDA = "5493515550001"
CRM = Author(kind=AuthorKind.SYSTEM, name="MikroWisp")
ARGENTINA = ZoneInfo("America/Argentina/Buenos_Aires")


def phone(number):
    return f"549351555{number:04}"


def notice(to, text="vence mañana", **fields):
    notice_id = fields.pop("notice_id", derive_id("notice", to))
    content = fields.pop("content", TextContent(text=text))
    return SendNotice.start(
        fields.pop("id", derive_id("ask", notice_id, str(utc_now().timestamp()))), recipient_key=recipient_key_of(to),
        notice_id=notice_id, phone=to, content=content, author=CRM, **fields,
    )  # fmt: skip


async def tune(world, **changes):
    revision = (await world.settings.read(SendingSettings)).revision
    await world.settings.write(FAST.model_copy(update=changes), revision=revision)


async def strangers(world, *numbers):
    """Phones that are on WhatsApp and never wrote to us."""
    for number in numbers:
        await world.net.phone(number).configure()


async def wrote(world, number):
    """The contact of somebody who has written."""
    await world.net.phone(number).say("hola")
    await eventually(lambda: any(event.phone == number for event in world.all(MessageReceived)))
    return next(event.contact_id for event in world.all(MessageReceived) if event.phone == number)


async def test_a_notice_to_somebody_who_never_wrote_is_in_the_conversation_they_answer_in(world, gateway):
    await world.pair()
    await strangers(world, NELIDA)
    await world.bus.publish(notice(NELIDA))
    await world.net.phone(NELIDA).expect("vence mañana")
    settled = await world.event(NoticeSettled)
    sent = await world.event(MessageSent)
    assert (settled.outcome, settled.notice_id, settled.wa_id) == ("sent", derive_id("notice", NELIDA), sent.wa_id)
    assert (sent.send_id, sent.author, sent.contact_id) == (settled.notice_id, CRM, settled.contact_id)
    assert await wrote(world, NELIDA) == sent.contact_id


async def test_a_notice_asked_for_twice_is_one_message(world, gateway):
    await world.pair()
    await strangers(world, NELIDA)
    for _ in range(2):
        await world.bus.publish(notice(NELIDA))
    await world.bus.publish(notice(NELIDA, "otro", notice_id="otro"))
    await world.net.phone(NELIDA).expect("otro")
    assert [seen.text for seen in world.net.phone(NELIDA).inbox] == ["vence mañana", "otro"]
    assert {settled.outcome for settled in world.all(NoticeSettled)} <= {"sent"}


async def test_a_notice_with_an_invoice_opens_on_the_phone(world, gateway):
    await world.pair()
    await strangers(world, NELIDA)
    info = await world.media.put(b"%PDF-1.4 factura", mime="application/pdf", name="factura.pdf")
    await world.bus.publish(notice(NELIDA, content=MediaContent(kind="document", media=info, caption="tu factura")))
    seen = await world.net.phone(NELIDA).expect("tu factura")
    assert await world.net.download(seen.media_url) == b"%PDF-1.4 factura"


async def test_what_can_not_be_sent_fails_with_its_reason(world, gateway):
    await world.pair()
    await world.bus.publish(notice(phone(1), expires_at=utc_now() - timedelta(seconds=1)))
    await world.bus.publish(notice(phone(12)))
    gone = (await world.media.put(b"x", mime="text/plain")).model_copy(update={"object_key": "nowhere"})
    await world.bus.publish(notice(phone(3), content=MediaContent(kind="document", media=gone)))
    await world.event(NoticeSettled, 3)
    assert {(one.outcome, one.reason) for one in world.all(NoticeSettled)} == {
        ("failed", "expired"), ("failed", "not_on_whatsapp"), ("failed", "media_missing"),
    }  # fmt: skip


async def test_a_reply_leaves_next_while_a_thousand_notices_wait(world, gateway, start_gateway):
    await world.pair()
    contact_id = await wrote(world, NELIDA)
    await tune(world, notices_per_minute=1, cold_per_day=1000)
    for number in range(1000):
        await world.bus.publish(notice(phone(100 + number)))
    await world.event(NoticeSettled)
    assert (await world.bus.ask(GetSendState())).waiting_notices >= 990
    for number in range(5):
        await world.send(contact_id, f"respuesta {number}")
        await world.net.phone(NELIDA).expect(f"respuesta {number}")
    assert len(world.all(NoticeSettled)) <= 2
    waiting = (await world.bus.ask(GetSendState())).waiting_notices
    await gateway.stop()  # those that hold a place and wait for their turn do not hold it up
    await world.state(SessionState.STOPPED)
    await start_gateway()
    await world.state(SessionState.CONNECTED)
    assert (await world.bus.ask(GetSendState())).waiting_notices in {waiting, waiting - 1}


async def test_the_days_budget_of_strangers_survives_a_restart_and_leaves_known_people_alone(
    world, gateway, start_gateway
):
    await tune(world, cold_per_day=2)
    await world.pair()
    await strangers(world, *(phone(number) for number in range(101, 105)))
    contact_id = await wrote(world, NELIDA)
    for number in range(1, 4):
        await world.bus.publish(notice(phone(100 + number)))
        await world.event(NoticeSettled, number)
    assert [one.outcome for one in world.all(NoticeSettled)] == ["sent", "sent", "deferred"]
    deferred = world.all(NoticeSettled)[2]
    assert deferred.reason == "cold_budget"
    midnight = datetime.combine(utc_now().astimezone(ARGENTINA).date() + timedelta(days=1), time(), ARGENTINA)
    assert deferred.retry_at == midnight
    await gateway.stop()
    await start_gateway()
    await world.bus.publish(notice(phone(104)))
    assert (await world.event(NoticeSettled, 4)).reason == "cold_budget"
    await world.bus.publish(notice(phone(101), "segundo aviso", notice_id="second"))
    assert (await world.event(NoticeSettled, 5)).outcome == "sent"  # counted as a person, not as a message
    await world.bus.publish(notice(NELIDA))
    settled = await world.event(NoticeSettled, 6)
    assert (settled.outcome, settled.contact_id) == ("sent", contact_id)
    state = await world.bus.ask(GetSendState())
    assert (state.light, state.cold_used, state.cold_left) == ("amber", 2, 0)


async def test_error_463_pauses_strangers_only(world, gateway, start_gateway):
    await world.pair()
    contact_id = await wrote(world, NELIDA)
    assert (await world.bus.ask(GetSendState())).light == "green"
    await strangers(world, phone(11), phone(12))
    await world.net.fault("ack_error", code=463, times=1)
    asked_at = utc_now().replace(microsecond=0)
    await world.bus.publish(notice(phone(11)))
    first = await world.event(NoticeSettled)
    assert (first.outcome, first.reason) == ("deferred", "paused")
    assert first.retry_at >= asked_at + timedelta(hours=24)
    await gateway.stop()
    metrics.COLD_PAUSED_UNTIL.set(0)  # a fresh process begins without it
    await start_gateway()
    await world.bus.publish(notice(phone(12)))
    assert (await world.event(NoticeSettled, 2)).reason == "paused"
    await world.bus.publish(notice(NELIDA))
    assert (await world.event(NoticeSettled, 3)).outcome == "sent"
    await world.send(contact_id, "respuesta")
    await world.net.phone(NELIDA).expect("respuesta")
    state = await world.bus.ask(GetSendState())
    assert (state.light, state.paused_until) == ("amber", first.retry_at)
    shown = REGISTRY.get_sample_value("ispbot_wa_cold_paused_until_timestamp_seconds")
    assert shown == first.retry_at.timestamp()
    assert [world.net.phone(phone(number)).inbox for number in (11, 12)] == [[], []]


async def test_notices_wait_for_the_end_of_the_quiet_hours_and_replies_do_not(world, gateway):
    await world.pair()
    contact_id = await wrote(world, NELIDA)
    local = utc_now().astimezone(ARGENTINA)
    ends = (local + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    await tune(world, quiet_hours=True, quiet_from=(local - timedelta(hours=2)).time(), quiet_to=ends.time())
    await world.bus.publish(notice(NELIDA))
    settled = await world.event(NoticeSettled)
    assert (settled.outcome, settled.reason, settled.retry_at) == ("deferred", "quiet_hours", ends)
    await world.send(contact_id, "respuesta")
    await world.net.phone(NELIDA).expect("respuesta")
    assert (await world.bus.ask(GetSendState())).quiet_until == ends
    await world.bus.publish(notice(NELIDA, "corte de emergencia", notice_id="urgent", urgent=True))
    await world.net.phone(NELIDA).expect("corte de emergencia")


@pytest.mark.parametrize("fault", ["ack_lost", "send_lost"])
async def test_a_connection_lost_in_the_middle_of_a_notice_gives_one_message(world, gateway, fault):
    await world.pair()
    await strangers(world, NELIDA)
    await world.net.fault(fault)
    await world.bus.publish(notice(NELIDA))
    assert (await world.event(NoticeSettled, timeout_s=20)).outcome == "sent"
    assert [seen.text for seen in world.net.phone(NELIDA).inbox] == ["vence mañana"]
