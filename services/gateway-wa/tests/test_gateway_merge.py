"""LID first, phone later: one contact, and nothing of the absorbed one is told after the merge."""

import asyncio
import json
import threading

from neonize_rig import jid
from test_gateway_neonize import PHONE, linked, write  # noqa: F401 - a fixture among them

from ispbot_contracts.base import utc_now
from ispbot_contracts.whatsapp import ContactMerged, MessageReceived, MessageSent
from ispbot_runtime.testing import eventually

LID, NUMBER, NOBODY = jid("111", "lid"), jid(PHONE, "s.whatsapp.net"), jid("", "")


async def two_contacts(world, rig):
    write(rig, "A1", LID, NOBODY, "desde el lid")
    await world.event(MessageReceived)
    write(rig, "A2", NUMBER, NOBODY, "desde el teléfono")
    await world.event(MessageReceived, 2)
    first, second = world.all(MessageReceived)
    return first.contact_id, second.contact_id


async def test_nothing_of_the_absorbed_contact_is_told_after_the_merge(world, linked):  # noqa: F811 - the fixture
    kept, absorbed = await two_contacts(world, linked)
    bus, gate = linked.gateway._bus, asyncio.Event()
    publish = bus.publish

    async def slow(message):
        if message.name == "message_received" and "lento" in message.content.text:
            await gate.wait()
        await publish(message)

    bus.publish = slow
    linked.go.send_blocks = threading.Event()
    await world.send(absorbed, "una respuesta en camino")
    await eventually(lambda: linked.go._busy > 0)
    write(linked, "A3", NUMBER, NOBODY, "lento")
    await eventually(lambda: linked.gateway._term._contacts.gate._inside.get(absorbed) == 1)
    write(linked, "A4", LID, NUMBER, "con los dos")
    await eventually(lambda: bool(linked.gateway._term._contacts.gate._closed))
    write(linked, "A5", NUMBER, NOBODY, "después")
    gate.set()
    await world.event(ContactMerged)
    linked.go.send_blocks.set()
    sent = await world.event(MessageSent)
    await world.event(MessageReceived, 5)
    names = [name for name, _ in world.sequence]
    merged_at = names.index("contact_merged")
    after = [json.loads(body) for _, body in world.sequence[merged_at + 1 :]]
    assert not [event for event in after if event.get("contact_id") == absorbed]
    assert sent.contact_id == kept
    texts = [event.content.text for event in world.all(MessageReceived)]
    assert texts.index("lento") < texts.index("después")
    assert world.sequence[merged_at - 1][0] == "message_received"  # the slow one, told before


async def started_and_stopped(gateway):
    await eventually(lambda: gateway._term is not None and gateway._term.link.state.value != "stopped", timeout_s=20)
    await gateway.stop()


async def test_a_merge_that_a_crash_cut_in_half_is_told_once(world, linked, start_gateway):  # noqa: F811
    kept, absorbed = await two_contacts(world, linked)
    await linked.gateway.stop()
    pending = {
        "at": utc_now(), "kind": "merged", "absorbed": absorbed, "identities": [f"{PHONE}@s.whatsapp.net"],
        "phone": PHONE,
    }  # fmt: skip
    await world.database.contacts.update_one({"_id": kept}, {"$set": {"pending": pending}})
    for _ in range(2):
        await started_and_stopped(await start_gateway())
    merged = await world.event(ContactMerged)
    assert (merged.contact_id, merged.absorbed_id, merged.phone) == (kept, absorbed, PHONE)
    assert len(world.all(ContactMerged)) == 1
    documents = {one["_id"]: one async for one in world.database.contacts.find()}
    assert documents[absorbed]["merged_into"] == kept
    assert sorted(documents[kept]["identities"]) == sorted(["111@lid", f"{PHONE}@s.whatsapp.net"])
    assert "pending" not in documents[kept]
