"""The send ledger over the real library's entry points: a kill at each point, and receipts that come too early."""

import asyncio
import sqlite3
import threading

import pytest
from neonize_rig import session_file
from test_gateway_neonize import SENT_ID, linked, receipt  # noqa: F401 - a fixture among them

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.whatsapp import MessageReceived, MessageSent, ReceiptReceived
from ispbot_gateway_wa.adapters.neonize.write import secret_of
from ispbot_gateway_wa.outbound.ledger import Ledger, SendState
from ispbot_runtime.testing import eventually

SEND_ID = derive_id("killed")
LEFT_AS = "3EB0AAAA"
BEGUN = {"_id": SEND_ID, "state": "sending", "attempt": 0, "fence": 0}


async def contact(world, rig):
    await rig.say("hola")
    return (await world.event(MessageReceived)).contact_id


def left(tmp_path):
    """The library's own mark of a message that was on its way out."""
    with sqlite3.connect(session_file(tmp_path)) as database:
        database.execute(
            "INSERT INTO whatsmeow_message_secrets VALUES ('me', 'chat', 'me', ?, ?)",
            (LEFT_AS, secret_of(f"{SEND_ID}.0", b"s")),
        )


async def test_killed_before_it_left_it_is_sent(world, linked):  # noqa: F811 - the fixture
    contact_id = await contact(world, linked)
    await world.database.sends.insert_one({**BEGUN, "at": utc_now()})
    await world.send(contact_id, "buenas", id=SEND_ID)
    assert (await world.event(MessageSent)).send_id == SEND_ID
    assert len(linked.go.sent) == 1


async def test_killed_after_it_left_it_waits_for_its_receipt(world, linked, tmp_path):  # noqa: F811
    contact_id = await contact(world, linked)
    await world.database.sends.insert_one({**BEGUN, "at": utc_now()})
    left(tmp_path)
    await world.send(contact_id, "buenas", id=SEND_ID)
    await eventually(lambda: linked.gateway._term._outflow.unconfirmed.count == 1)
    receipt(linked, LEFT_AS)
    sent = await world.event(MessageSent)
    assert (sent.send_id, sent.wa_id) == (SEND_ID, LEFT_AS)
    assert linked.go.sent == []


async def test_killed_after_it_left_with_its_receipt_here_already_it_is_confirmed(
    world, linked, tmp_path  # noqa: F811
):  # fmt: skip
    contact_id = await contact(world, linked)
    await world.database.sends.insert_one({**BEGUN, "at": utc_now()})
    await world.database.early_receipts.insert_one({"_id": LEFT_AS, "at": utc_now()})
    left(tmp_path)
    await world.send(contact_id, "buenas", id=SEND_ID)
    assert (await world.event(MessageSent)).wa_id == LEFT_AS
    assert linked.go.sent == []


async def test_a_receipt_between_a_kill_and_the_command_that_comes_again_counts(world, linked, tmp_path):  # noqa: F811
    contact_id = await contact(world, linked)
    await world.database.sends.insert_one({**BEGUN, "at": utc_now()})
    left(tmp_path)
    receipt(linked, LEFT_AS)
    await world.event(ReceiptReceived)
    receipt(linked, LEFT_AS)  # another device of the same customer
    await world.send(contact_id, "buenas", id=SEND_ID)
    sent = await world.event(MessageSent)
    assert (sent.send_id, sent.wa_id) == (SEND_ID, LEFT_AS)
    assert linked.go.sent == []
    assert await world.database.early_receipts.count_documents({}) == 1


async def test_a_receipt_counts_when_the_process_dies_before_the_answer_is_written(
    world, linked, monkeypatch  # noqa: F811
):  # fmt: skip
    async def killed(*_):
        await asyncio.Event().wait()

    contact_id = await contact(world, linked)
    monkeypatch.setattr(Ledger, "confirmed", killed)
    await world.send(contact_id, "buenas", id=SEND_ID)
    await eventually(lambda: len(linked.go.sent) == 1 and linked.go._busy == 0)
    receipt(linked, SENT_ID)
    await world.event(ReceiptReceived)
    assert await world.database.early_receipts.count_documents({"_id": SENT_ID}) == 1


async def test_killed_after_the_end_was_written_the_end_is_told_again(world, linked):  # noqa: F811
    contact_id = await contact(world, linked)
    await world.database.sends.insert_one({**BEGUN, "at": utc_now()})
    end = {"_id": f"{SEND_ID}:end", "at": utc_now(), "state": "confirmed", "wa_id": LEFT_AS, "sent_at": utc_now()}
    await world.database.sends.insert_one(end)
    await world.send(contact_id, "buenas", id=SEND_ID)
    sent = await world.event(MessageSent)
    assert (sent.id, sent.wa_id) == (derive_id(SEND_ID, "message_sent", "sent"), LEFT_AS)
    assert linked.go.sent == []


async def test_a_receipt_that_overtakes_the_answer_counts_when_the_answer_never_comes(world, linked):  # noqa: F811
    contact_id = await contact(world, linked)
    linked.go.send_blocks = threading.Event()
    linked.go.send_error = "timed out waiting for message send response"
    await world.send(contact_id, "buenas", id=SEND_ID)
    await eventually(lambda: linked.go._busy > 0)
    receipt(linked, SENT_ID)
    await world.event(ReceiptReceived)
    assert world.all(MessageSent) == []
    linked.go.send_blocks.set()
    assert (await world.event(MessageSent)).wa_id == SENT_ID
    assert linked.go.sent == []


async def test_an_answer_killed_on_its_way_back_from_the_simulated_network_is_one_message(world, gateway):
    await world.pair()
    phone = world.net.phone("5493515550001")
    await phone.say("hola")
    contact_id = (await world.event(MessageReceived)).contact_id
    command = await world.send(contact_id, "una vez")
    first = await world.event(MessageSent)
    await world.database.sends.delete_one({"_id": f"{command.id}:end"})  # as if killed before the end was written
    await world.bus.publish_raw(command.subject, command.model_dump_json().encode(), {"Nats-Msg-Id": "again"})
    await eventually(lambda: _ended(world, command.id))
    await world.send(contact_id, "fin")
    await phone.expect("fin")
    assert [seen.text for seen in phone.inbox] == ["una vez", "fin"]
    assert {sent.id for sent in world.all(MessageSent) if sent.send_id == command.id} == {first.id}


async def _ended(world, send_id):
    return await world.database.sends.find_one({"_id": f"{send_id}:end"}) is not None


@pytest.mark.parametrize("step", ["taken over", "not taken over"])
async def test_an_earlier_holder_can_not_reopen_a_send_that_was_taken_over(database, step):
    earlier, later = Ledger(database, fence=1), Ledger(database, fence=2)
    await earlier.begin(SEND_ID)
    if step == "taken over":
        await later.begin(SEND_ID)
    await earlier.never_left(SEND_ID)
    state = (await later.look_up(SEND_ID)).state
    assert state is (SendState.SENDING if step == "taken over" else SendState.NEVER_LEFT)
