"""Ticks are told after the message they are about; nobody waits long for that."""

import asyncio

from ispbot_contracts.whatsapp import MessageReceived, MessageSent, ReceiptReceived
from ispbot_gateway_wa.outbound import in_hand
from ispbot_gateway_wa.outbound.in_hand import InHand
from ispbot_runtime.testing import eventually

NELIDA = "5493515550001"


async def test_ticks_wait_for_what_is_leaving_to_their_chat_only():
    sends = InHand()
    sends.leaving("s1", "a")
    await sends.until_told("b")
    waiting = asyncio.create_task(sends.until_told("a"))
    await asyncio.sleep(0.05)
    sends.leaving("s2", "a")  # comes later: not waited for
    assert not waiting.done()
    sends.told("s1")
    await waiting


async def test_a_send_that_hangs_is_waited_for_once(monkeypatch):
    monkeypatch.setattr(in_hand, "_WAIT_S", 0.05)
    sends = InHand()
    sends.leaving("s1", "a")
    await sends.until_told("a")
    monkeypatch.setattr(in_hand, "_WAIT_S", 60)
    await sends.until_told("a")


async def test_everybody_hears_of_a_message_before_its_ticks(world, gateway):
    await world.pair()
    await world.net.phone(NELIDA).say("hola")
    contact_id = (await world.event(MessageReceived)).contact_id
    for number in range(20):
        await world.send(contact_id, f"respuesta {number}")
    await eventually(lambda: len({wa_id for one in world.all(ReceiptReceived) for wa_id in one.wa_ids}) == 20)
    told: set[str] = set()
    early: list[str] = []
    for name, body in world.sequence:
        if name == MessageSent.name:
            told.add(MessageSent.model_validate_json(body).wa_id)
        elif name == ReceiptReceived.name:
            early += [wa_id for wa_id in ReceiptReceived.model_validate_json(body).wa_ids if wa_id not in told]
    assert (len(told), early) == (20, [])
