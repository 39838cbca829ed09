"""What leaves: once, in order, with its end told."""

import asyncio
from datetime import timedelta

import pytest

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import MediaContent
from ispbot_contracts.settings import SendingSettings
from ispbot_contracts.whatsapp import (
    MessageReceived,
    MessageSendFailed,
    MessageSent,
)
from ispbot_runtime.testing import eventually

NELIDA = "5493515550001"
SILVIA = "5493515550002"


class TestSending:
    async def contact(self, world, number=NELIDA):
        await world.net.phone(number).say("hola")
        await eventually(lambda: any(event.phone == number for event in world.all(MessageReceived)))
        return next(event.contact_id for event in world.all(MessageReceived) if event.phone == number)

    async def test_a_send_that_gets_no_answer_does_not_hold_up_a_stop_and_leaves_once(
        self, world, gateway, start_gateway, monkeypatch
    ):
        monkeypatch.setattr("ispbot_gateway_wa.term._DRAIN_S", 0.2)
        await world.pair()
        contact_id = await self.contact(world)
        await world.net.fault("no_ack")
        await world.send(contact_id, "una vez")
        await world.net.phone(NELIDA).expect("una vez")
        async with asyncio.timeout(30):  # its answer is waited for longer
            await gateway.stop()
        assert world.all(MessageSent) == []
        await start_gateway()
        await world.event(MessageSent, timeout_s=30)
        assert [seen.text for seen in world.net.phone(NELIDA).inbox] == ["una vez"]

    async def test_a_stored_file_is_sent_and_opens_on_the_phone(self, world, gateway):
        await world.pair()
        contact_id = await self.contact(world)
        info = await world.media.put(b"%PDF-1.4 factura", mime="application/pdf", name="factura.pdf")
        await world.send(contact_id, MediaContent(kind="document", media=info, caption="tu factura"))
        seen = await world.net.phone(NELIDA).expect("tu factura")
        assert seen.content["file_name"] == "factura.pdf"
        assert await world.net.download(seen.media_url) == b"%PDF-1.4 factura"

    async def test_a_file_that_is_not_stored_fails_visibly(self, world, gateway):
        await world.pair()
        contact_id = await self.contact(world)
        info = (await world.media.put(b"x", mime="text/plain")).model_copy(update={"object_key": "nowhere"})
        await world.send(contact_id, MediaContent(kind="document", media=info))
        assert (await world.event(MessageSendFailed)).reason == "media_missing"

    async def test_an_expired_message_is_not_sent(self, world, gateway):
        await world.pair()
        contact_id = await self.contact(world)
        await world.send(contact_id, "tarde", expires_at=utc_now() - timedelta(seconds=1))
        assert (await world.event(MessageSendFailed)).reason == "expired"
        assert world.net.phone(NELIDA).inbox == []

    async def test_a_cold_contact_limit_is_not_tried_again(self, world, gateway):
        await world.pair()
        contact_id = await self.contact(world)
        await world.net.fault("ack_error", code=463, times=1)
        await world.send(contact_id, "promo")
        assert (await world.event(MessageSendFailed)).reason == "cold_contact_limit"
        await world.send(contact_id, "respuesta")
        await world.net.phone(NELIDA).expect("respuesta")
        assert [seen.text for seen in world.net.phone(NELIDA).inbox] == ["respuesta"]

    async def test_the_same_command_twice_is_one_message(self, world, gateway):
        await world.pair()
        contact_id = await self.contact(world)
        send_id = derive_id("once")
        await world.send(contact_id, "una vez", id=send_id)
        await world.event(MessageSent)
        repeat = (await world.send(contact_id, "otra cosa")).model_copy(update={"id": send_id})
        await world.bus.publish_raw(repeat.subject, repeat.model_dump_json().encode(), {"Nats-Msg-Id": "not-the-same"})
        await world.event(MessageSent, 2)
        await world.send(contact_id, "fin")
        await world.net.phone(NELIDA).expect("fin")
        assert [seen.text for seen in world.net.phone(NELIDA).inbox] == ["una vez", "otra cosa", "fin"]

    @pytest.mark.parametrize("fault", ["ack_lost", "send_lost"])
    async def test_a_connection_lost_in_the_middle_of_a_send_gives_one_message(self, world, gateway, fault):
        await world.pair()
        contact_id = await self.contact(world)
        await world.net.fault(fault)
        await world.send(contact_id, "una sola vez")
        sent = await world.event(MessageSent)
        assert sent.content.text == "una sola vez"
        await world.send(contact_id, "fin")
        await world.net.phone(NELIDA).expect("fin")
        assert [seen.text for seen in world.net.phone(NELIDA).inbox] == ["una sola vez", "fin"]

    async def test_a_slow_ack_delays_only_its_own_chat(self, world, gateway):
        await world.pair()
        slow, quick = await self.contact(world), await self.contact(world, SILVIA)
        await world.net.fault("ack_delay", seconds=1.0)
        await world.send(slow, "lento")
        await world.net.phone(NELIDA).expect("lento")
        await world.send(quick, "rápido")
        await world.event(MessageSent, 2)
        assert [sent.content.text for sent in world.all(MessageSent)] == ["rápido", "lento"]

    async def test_answers_of_one_chat_keep_their_order(self, world, gateway):
        await world.pair()
        contact_id = await self.contact(world)
        for number in range(30):
            await world.send(contact_id, f"n{number}", id=derive_id("order", str(number)))
        await world.net.phone(NELIDA).expect("n29")
        assert [seen.text for seen in world.net.phone(NELIDA).inbox] == [f"n{number}" for number in range(30)]

    async def test_replies_overtake_notices_that_wait_for_their_turn(self, world, gateway):
        await world.pair()
        one, other = await self.contact(world), await self.contact(world, SILVIA)
        stored = await world.settings.read(SendingSettings)
        await world.settings.write(stored.value.model_copy(update={"max_per_second": 5}), revision=stored.revision)
        await asyncio.gather(*(self.contact(world, f"549351555{i:04}") for i in range(20, 28)))
        others = [event.contact_id for event in world.all(MessageReceived)][2:]
        for contact_id in [one, *others]:
            await world.send(contact_id, "aviso", priority="notice")
        await world.send(other, "respuesta", author=Author(kind=AuthorKind.AGENT, id="a1"))
        await world.event(MessageSent, 9, timeout_s=15)
        order = [sent.content.text for sent in world.all(MessageSent)]
        assert order.index("respuesta") <= 3
