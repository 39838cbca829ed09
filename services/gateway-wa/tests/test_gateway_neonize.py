"""The whole gateway over the real library's entry points: what only that link can do to it."""

import threading
from datetime import timedelta

import pytest
from neonize.proto import Neonize_pb2 as pb
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import FakeGo, info, jid, message_event, session_file, source
from structlog.testing import capture_logs
from transport_rigs import NeonizeRig

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.settings import CompanySettings, SendingSettings
from ispbot_contracts.whatsapp import (
    ContactMerged,
    MessageReceived,
    MessageSendFailed,
    MessageSent,
    ReceiptReceived,
    SessionState,
)
from ispbot_gateway_wa.adapters.neonize import one_at_a_time
from ispbot_gateway_wa.adapters.neonize.store import SqliteStore
from ispbot_gateway_wa.adapters.neonize.transport import NeonizeTransport
from ispbot_gateway_wa.gateway import Gateway
from ispbot_gateway_wa.outbound import send
from ispbot_runtime.media import MediaStore
from ispbot_runtime.testing import eventually

PHONE = "5493515550001"
SENT_ID = "3EB0" + "0" * 18


@pytest.fixture
async def linked(world, make_bus, start_watch, tmp_path):
    go = FakeGo()
    bus = await make_bus("gateway-wa")
    await bus.start()

    def transport() -> NeonizeTransport:
        return NeonizeTransport(SqliteStore(session_file(tmp_path)), secret=b"s", gocode=go)

    gateway = Gateway(
        bus=bus, database=world.database, media=MediaStore(bus),
        watch=await start_watch(SendingSettings, CompanySettings), make_transport=transport, media_max_bytes=1024,
        spool_folder=tmp_path / "spool",
    )  # fmt: skip
    task = gateway.start()
    rig = NeonizeRig(go, None)
    await world.state(SessionState.QR)
    await rig.scan()
    await world.state(SessionState.CONNECTED)
    rig.gateway = gateway
    yield rig
    await gateway.stop()
    task.result()
    await rig.close()


def write(rig, message_id, chat, alt, words):
    where = source(chat, chat, alt)
    rig.go.session.tell(message_event(info(message_id, where), e2e.Message(conversation=words)))


def receipt(rig, *ids):
    where = source(jid("111", "lid"), jid("111", "lid"), jid("", ""))
    rig.go.session.tell(
        pb.Receipt(MessageSource=where, MessageIDs=ids, Timestamp=1_790_000_000, Type=pb.Receipt.DELIVERED)
    )


async def test_a_message_comes_in_and_its_answer_goes_to_the_chat_it_came_from(world, linked):
    await linked.say("hola")
    event = await world.event(MessageReceived)
    assert (event.phone, event.content.text, event.offline) == (PHONE, "hola", False)
    await world.send(event.contact_id, "buenas")
    sent = await world.event(MessageSent)
    assert sent.wa_id == SENT_ID
    assert linked.go.sent[0][0].Server == "lid"
    assert linked.go.violations == []


async def test_an_unclear_send_is_settled_by_its_receipt_and_never_sent_twice(world, linked):
    await linked.say("hola")
    contact_id = (await world.event(MessageReceived)).contact_id
    linked.go.send_error = "timed out waiting for message send response"
    command = await world.send(contact_id, "¿llegó?")
    await eventually(lambda: _unconfirmed(world, 1))
    linked.go.send_error = ""
    assert world.all(MessageSent) == []
    receipt(linked, SENT_ID)
    sent = await world.event(MessageSent)
    assert (sent.send_id, sent.wa_id, sent.content.text) == (command.id, SENT_ID, "¿llegó?")
    await world.event(ReceiptReceived)
    await eventually(lambda: _unconfirmed(world, 0))
    assert linked.go.sent == []


async def test_an_unclear_send_without_a_receipt_is_told_as_unknown_and_a_late_receipt_corrects_it(world, linked):
    await linked.say("hola")
    contact_id = (await world.event(MessageReceived)).contact_id
    linked.go.send_error = "timed out waiting for message send response"
    command = await world.send(contact_id, "¿llegó?")
    await eventually(lambda: _unconfirmed(world, 1))
    unconfirmed = linked.gateway._term._outflow.unconfirmed
    await unconfirmed.expire(utc_now() + timedelta(minutes=11))
    failed = await world.event(MessageSendFailed)
    assert (failed.send_id, failed.reason) == (command.id, "unknown_outcome")
    assert unconfirmed.count == 0
    receipt(linked, SENT_ID)
    sent = await world.event(MessageSent)
    assert (sent.send_id, sent.wa_id) == (command.id, SENT_ID)
    await eventually(lambda: _unconfirmed(world, 0))
    assert (await world.database.sends.find_one({"_id": f"{command.id}:end"}))["state"] == "confirmed"
    assert linked.go.sent == []


async def _unconfirmed(world, count):
    return await world.database.sends.count_documents({"unconfirmed_since": {"$exists": True}}) == count


async def test_a_send_that_surely_did_not_leave_is_tried_again(world, linked):
    await linked.say("hola")
    contact_id = (await world.event(MessageReceived)).contact_id
    linked.go.send_error = "websocket not connected"
    command = await world.send(contact_id, "buenas", id=derive_id("again"))
    await eventually(lambda: _state(world, command.id, "never_left"))
    linked.go.send_error = ""
    assert (await world.event(MessageSent)).send_id == command.id
    assert len(linked.go.sent) == 1


async def test_waiting_for_the_library_is_no_refusal_of_whatsapp_and_types_once(world, linked, monkeypatch):
    monkeypatch.setattr(one_at_a_time, "_TURN_LIMIT_S", 0.02)
    monkeypatch.setattr(send, "_AGAIN_S", 0.01)
    monkeypatch.setattr(send, "_BUSY_S", 0.3)
    stored = await world.settings.read(SendingSettings)
    typing = stored.value.model_copy(update={"show_typing": True, "typing_ms_per_char": 0})
    await world.settings.write(typing, revision=stored.revision)
    for user in ("111", "222"):
        write(linked, f"A{user}", jid(user, "lid"), jid("", ""), "hola")
    one, other = [(await world.event(MessageReceived, number)).contact_id for number in (1, 2)]
    await eventually(lambda: linked.gateway._watch.current(SendingSettings).show_typing)
    linked.go.send_blocks = threading.Event()
    await world.send(one, "se cuelga")
    await eventually(linked.go._send_lock.locked)
    waits = await world.send(other, "espera")
    await eventually(lambda: _tried(world, waits.id, send._BUSY_TRIES + 1), timeout_s=30)
    with capture_logs() as logs:
        linked.go.send_error = "server returned error 429"
        linked.go.send_blocks.set()
        await eventually(lambda: sum("WhatsApp is busy" in str(log.get("reason")) for log in logs) >= 2)
    linked.go.send_error = ""
    await world.event(MessageSent, 2)
    assert world.all(MessageSendFailed) == []
    assert linked.go.hints.count("composing") == 2


async def _tried(world, send_id, times):
    row = await world.database.sends.find_one({"_id": send_id})
    return row is not None and row["attempt"] >= times


async def _state(world, send_id, state):
    row = await world.database.sends.find_one({"_id": send_id})
    return row is not None and row["state"] == state


async def test_a_lid_and_a_phone_that_turn_out_to_be_one_person_are_merged(world, linked):
    lid, phone, nobody = jid("111", "lid"), jid(PHONE, "s.whatsapp.net"), jid("", "")
    write(linked, "A1", lid, nobody, "desde el lid")
    write(linked, "A2", phone, nobody, "desde el teléfono")
    await world.event(MessageReceived, 2)
    by_text = {event.content.text: event for event in world.all(MessageReceived)}
    one, other = by_text["desde el lid"], by_text["desde el teléfono"]
    assert one.contact_id != other.contact_id
    write(linked, "A3", lid, phone, "con los dos")
    third = await world.event(MessageReceived, 3)
    merged = await world.event(ContactMerged)
    assert {merged.contact_id, merged.absorbed_id} == {one.contact_id, other.contact_id}
    assert merged.phone == PHONE
    assert third.contact_id == merged.contact_id
    await world.send(merged.absorbed_id, "a quien era antes")
    assert (await world.event(MessageSent)).send_id
    document = await world.database.contacts.find_one({"_id": merged.absorbed_id})
    assert document["merged_into"] == merged.contact_id


async def test_estados_and_newsletters_are_not_conversations(world, linked):
    nobody = jid("", "")
    write(linked, "S1", jid("status", "broadcast"), nobody, "mi estado")
    write(linked, "N1", jid("123", "newsletter"), nobody, "novedades")
    await linked.say("una charla")
    assert (await world.event(MessageReceived)).content.text == "una charla"
    await eventually(lambda: _taken(linked))
    assert len(world.all(MessageReceived)) == 1


def _taken(rig):
    return rig.gateway._term._arrivals.lanes.waiting == 0


async def test_the_phone_behind_a_lid_is_looked_up_in_the_links_own_map(world, linked):
    linked.go.phones["111"] = PHONE
    write(linked, "A1", jid("111", "lid"), jid("", ""), "hola")
    assert (await world.event(MessageReceived)).phone == PHONE
