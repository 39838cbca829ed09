"""Pictures, documents, audios and what can not be read."""

import pytest

from ispbot_contracts.common import Area
from ispbot_contracts.content import (
    ContactCard,
    ContactsContent,
    PollContent,
    TextContent,
    UndecryptableContent,
    UnsupportedContent,
)


@pytest.mark.parametrize("kind", ["image", "document", "video"])
async def test_a_file_is_acknowledged_and_asked_about(world, kind):
    phone = world.phone()
    await phone.writes("hola")
    [answer] = await phone.sends_file(kind)
    assert (
        answer
        == "📎 Recibí tu archivo. ¿Qué es?\n\n*1.* Es un comprobante de pago\n*2.* Es otra cosa: hablar con un asesor\n*0.* Volver"
    )


async def test_a_receipt_goes_to_administration(world):
    phone = world.phone()
    await phone.writes("hola")
    await phone.sends_file()
    [answer] = await phone.writes("1")
    assert "Recibí tu comprobante y se lo paso a *Administración*" in answer
    [ticket] = phone.tickets
    assert (ticket.area, ticket.department, ticket.reason) == (Area.RECEIPTS, "administracion", "Comprobante de pago")
    assert (ticket.customer.customer_id, ticket.zone_id, ticket.phone) == ("1001", "centro", "5493515550001")


async def test_something_else_goes_to_an_advisor(world):
    phone = world.phone()
    await phone.sends_file()
    assert "Te responde una persona" in (await phone.writes("es otra cosa"))[0]
    assert phone.tickets[0].reason == "Envió un archivo"


async def test_a_caption_that_says_receipt_needs_no_question(world):
    phone = world.phone()
    assert "Recibí tu comprobante" in (await phone.sends_file(caption="Te mando el comprobante"))[0]
    assert len(phone.tickets) == 1


async def test_an_album_is_asked_about_once(world):
    phone = world.phone()
    assert len(await phone.sends_file()) == 1
    assert [await phone.sends_file() for _ in range(4)] == [[], [], [], []]


async def test_a_file_that_opens_the_conversation_is_greeted(world):
    assert (await world.phone().sends_file())[0].startswith("¡Hola, Nélida!")


async def test_zero_leaves_the_file_alone(world):
    phone = world.phone()
    await phone.sends_file()
    assert "¿En qué te puedo ayudar?" in (await phone.writes("0"))[0]


@pytest.mark.parametrize("kind", ["audio", "voice"])
async def test_an_audio_is_answered_with_what_the_bot_can_do(world, kind):
    phone = world.phone()
    await phone.writes("hola")
    assert "no puedo escuchar audios" in (await phone.sends_file(kind))[0]


async def test_a_sticker_needs_no_answer_in_the_middle_of_a_conversation(world):
    phone = world.phone()
    assert "¡Hola, Nélida!" in (await phone.sends_file("sticker"))[0]
    assert await phone.sends_file("sticker") == []


@pytest.mark.parametrize(
    "content",
    [
        UnsupportedContent(original="x"),
        PollContent(question="¿?", options=[]),
        ContactsContent(cards=[ContactCard(name="Ana")]),
    ],
    ids=["unsupported", "poll", "contacts"],
)
async def test_what_can_not_be_read_is_said(world, content):
    assert "No puedo abrir ese tipo de mensaje" in (await world.phone().sends(content))[0]


async def test_a_message_that_did_not_decrypt_is_asked_for_again(world):
    assert "¿Me lo mandás de nuevo" in (await world.phone().sends(UndecryptableContent()))[0]


async def test_what_decrypts_at_the_second_try_is_answered_as_if_it_had_come_at_once(world):
    phone, undisturbed = world.phone(), world.phone("c2")
    await phone.writes("hola")
    await undisturbed.writes("hola")
    await phone.sends(UndecryptableContent(), wa_id="W")
    answer = await phone.sends(TextContent(text="saldo"), wa_id="W")
    assert "18.500" in answer[0]
    assert answer == await undisturbed.writes("saldo")
    assert await phone.deliver(phone.last) == answer  # delivered again: the same answer under the same ids


async def test_a_first_word_that_decrypts_at_the_second_try_is_greeted_once(world):
    phone = world.phone()
    assert "¡Hola" not in "".join(await phone.sends(UndecryptableContent(), wa_id="W"))
    assert "¡Hola, Nélida!" in (await phone.sends(TextContent(text="hola"), wa_id="W"))[0]
