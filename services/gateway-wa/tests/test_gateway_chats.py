"""Customers write, the gateway tells; the bot and the agents answer, the customers see it."""

import pytest
from structlog.testing import capture_logs

from ispbot_contracts.content import LocationContent, MediaContent
from ispbot_contracts.settings import SendingSettings
from ispbot_contracts.whatsapp import (
    ContactIdentified,
    ListGroups,
    MediaFailed,
    MediaStored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    MessageSent,
    ReactionReceived,
    ReceiptReceived,
    ShowTyping,
    TypingSeen,
)
from ispbot_runtime.testing import eventually

NELIDA = "5493515550001"
SILVIA = "5493515550002"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 200


async def test_a_text_reaches_the_bus_and_its_answer_reaches_the_phone_with_receipts(world, gateway):
    await world.pair()
    phone = world.net.phone(NELIDA)
    wa_id = await phone.say("hola")
    event = await world.event(MessageReceived)
    assert event.content.text == "hola"
    assert (event.phone, event.wa_id, event.chat_kind, event.from_me) == (NELIDA, wa_id, "direct", False)
    assert NELIDA not in event.contact_id
    command = await world.send(event.contact_id, "¡Hola, Nélida!")
    assert (await phone.expect("hola, nélida")).author == "5493515550100"
    sent = await world.event(MessageSent)
    assert (sent.send_id, sent.content.text) == (command.id, "¡Hola, Nélida!")
    await phone.read()
    await eventually(lambda: {receipt.status for receipt in world.all(ReceiptReceived)} == {"delivered", "read"})
    assert all(receipt.wa_ids == [sent.wa_id] for receipt in world.all(ReceiptReceived))
    await phone.expect_tick(wa_id, "read")


async def test_the_same_person_is_the_same_contact_every_time(world, gateway):
    await world.pair()
    await world.net.phone(NELIDA).say("uno")
    await world.net.phone(SILVIA).say("otra")
    await world.net.phone(NELIDA).say("dos")
    await world.event(MessageReceived, 3)
    by_text = {event.content.text: event.contact_id for event in world.all(MessageReceived)}
    assert by_text["uno"] == by_text["dos"] != by_text["otra"]
    assert await world.database.contacts.count_documents({}) == 2


async def test_edits_deletes_and_reactions_name_the_message_they_change(world, gateway):
    await world.pair()
    phone = world.net.phone(NELIDA)
    first = await phone.say("ola")
    await phone.edit(first, "hola")
    edited = await world.event(MessageEdited)
    assert (edited.target_wa_id, edited.content.text) == (first, "hola")
    received = await world.event(MessageReceived)
    await world.send(received.contact_id, "buenas")
    answer = await phone.expect("buenas")
    await phone.react(answer.id, "👍")
    reaction = await world.event(ReactionReceived)
    assert (reaction.target_wa_id, reaction.emoji) == (answer.id, "👍")
    await phone.react(answer.id, "")
    assert (await world.event(ReactionReceived, 2)).emoji == ""
    await phone.delete(first)
    deleted = await world.event(MessageDeleted)
    assert deleted.target_wa_id == first
    assert {edited.contact_id, reaction.contact_id, deleted.contact_id} == {received.contact_id}


async def test_a_picture_is_told_at_once_and_stored_in_a_second_step(world, gateway):
    await world.pair()
    await world.net.fault("media_slow", seconds=0.3)
    await world.net.phone(NELIDA).send_file(PNG, "image/png", kind="image", caption="mi recibo")
    received = await world.event(MessageReceived)
    assert isinstance(received.content, MediaContent)
    assert (received.content.caption, received.content.media.object_key) == ("mi recibo", None)
    assert world.all(MediaStored) == []
    stored = await world.event(MediaStored)
    assert (stored.wa_id, stored.media.mime) == (received.wa_id, "image/png")
    assert await world.media.get(stored.media.object_key) == PNG
    await eventually(lambda: _empty(world.database.media_jobs))


async def _empty(collection):
    return await collection.count_documents({}) == 0


@pytest.mark.parametrize(
    ("fault", "reason"), [({"kind": "media_missing", "status": 410}, "expired"), ({"kind": "media_corrupt"}, "corrupt")]
)
async def test_a_file_that_can_not_be_fetched_is_told_with_its_reason(world, gateway, fault, reason):
    await world.pair()
    await world.net.fault(**fault, times=None)
    await world.net.phone(NELIDA).send_file(PNG, "image/png", kind="image")
    failed = await world.event(MediaFailed)
    assert failed.reason == reason
    assert failed.wa_id == (await world.event(MessageReceived)).wa_id


async def test_a_file_that_is_corrupt_once_is_fetched_again(world, gateway):
    await world.pair()
    await world.net.fault("media_corrupt", times=1)
    await world.net.phone(NELIDA).send_file(PNG, "image/png", kind="image")
    assert (await world.event(MediaStored)).media.size_bytes == len(PNG)


async def test_a_file_over_the_limit_is_refused_without_fetching_it(world, start_gateway):
    await start_gateway(media_max_bytes=100)
    await world.pair()
    await world.net.phone(NELIDA).send_file(PNG, "image/png", kind="image")
    assert (await world.event(MediaFailed)).reason == "too_large"


async def test_a_script_called_a_picture_is_not_stored_as_a_picture(world, gateway):
    await world.pair()
    await world.net.phone(NELIDA).send_file(b"<script>alert(1)</script>", "image/png", kind="image")
    assert (await world.event(MediaStored)).media.mime == "application/octet-stream"


async def test_location_choice_and_unknown_kinds_arrive(world, gateway):
    await world.pair()
    phone = world.net.phone(NELIDA)
    await phone.send_location(-31.4, -64.2)
    await phone.send({"kind": "choice", "choice_id": "saldo", "text": "Ver saldo"})
    await phone.send(
        {
            "kind": "contacts",
            "cards": [{"display_name": "Ana", "vcard": "BEGIN:VCARD\nTEL;CELL:+54 9 351 1\nEND:VCARD"}],
        }
    )
    await phone.send({"kind": "unsupported", "original": "poll_update"})
    await world.event(MessageReceived, 4)
    location, choice, contacts, unknown = [event.content for event in world.all(MessageReceived)]
    assert isinstance(location, LocationContent)
    assert (location.position.lat, location.position.lng) == (-31.4, -64.2)
    assert (choice.choice_id, choice.text) == ("saldo", "Ver saldo")
    assert contacts.cards[0].phones == ["+54 9 351 1"]
    assert unknown.original == "poll_update"


async def test_an_undecryptable_message_leaves_a_visible_trace(world, gateway):
    await world.pair()
    await world.net.fault("undecryptable")
    await world.net.phone(NELIDA).say("no se lee")
    assert (await world.event(MessageReceived)).content.kind == "undecryptable"


async def test_what_decrypts_at_the_second_try_is_told_again_with_its_words_and_its_file(world, gateway):
    await world.pair()
    await world.net.fault("second_try")
    await world.net.phone(NELIDA).send_file(PNG, "image/png", kind="image", caption="el router")
    placeholder, readable = [await world.event(MessageReceived, number) for number in (1, 2)]
    assert (placeholder.content.kind, readable.content.kind) == ("undecryptable", "image")
    assert (placeholder.wa_id, placeholder.contact_id) == (readable.wa_id, readable.contact_id)
    assert placeholder.id != readable.id
    assert (await world.event(MediaStored)).wa_id == readable.wa_id


async def test_a_change_that_decrypts_at_the_second_try_names_the_placeholder_that_it_replaces(world, gateway):
    await world.pair()
    phone = world.net.phone(NELIDA)
    first = await phone.say("ola")
    for number, change in enumerate(
        (lambda: phone.react(first, "👍"), lambda: phone.edit(first, "hola"), lambda: phone.delete(first)), start=2
    ):
        await world.net.fault("second_try")
        await change()
        assert (await world.event(MessageReceived, number)).content.kind == "undecryptable"
    placeholders = [(await world.event(MessageReceived, number)).wa_id for number in (2, 3, 4)]
    changes = [await world.event(kind) for kind in (ReactionReceived, MessageEdited, MessageDeleted)]
    assert [change.wa_id for change in changes] == placeholders
    assert {change.target_wa_id for change in changes} == {first}


async def test_a_database_that_takes_no_new_person_for_a_while_loses_nothing(world, gateway):
    await world.pair()
    await world.database.command("collMod", "contacts", validator={"never": {"$exists": True}})
    with capture_logs() as logs:
        await world.net.phone(NELIDA).say("hola")
        await eventually(lambda: "work_tried_again" in [log["event"] for log in logs])
    await world.database.command("collMod", "contacts", validator={})
    assert (await world.event(MessageReceived)).content.text == "hola"


async def test_what_staff_write_on_the_companys_phone_is_told_as_ours(world, gateway):
    await world.pair()
    await world.net.phone(NELIDA).say("hola")
    first = await world.event(MessageReceived)
    await world.net.account_says(NELIDA, "te llamo en un rato")
    second = await world.event(MessageReceived, 2)
    assert (second.from_me, second.contact_id, second.content.text) == (True, first.contact_id, "te llamo en un rato")


async def test_a_hidden_phone_is_learnt_later_and_the_contact_stays_the_same(world, gateway):
    await world.pair()
    phone = world.net.phone(NELIDA)
    await phone.configure(hide_number=True)
    await phone.say("soy anónima")
    hidden = await world.event(MessageReceived)
    assert hidden.phone is None
    await phone.configure(hide_number=False)
    await phone.say("ahora no")
    known = await world.event(MessageReceived, 2)
    assert (known.contact_id, known.phone) == (hidden.contact_id, NELIDA)
    identified = await world.event(ContactIdentified)
    assert (identified.contact_id, identified.phone) == (hidden.contact_id, NELIDA)


async def test_groups_are_told_by_name_and_answered_by_address(world, gateway):
    await world.pair()
    group = await world.net.group("Guardia", [NELIDA, "5493515550100"])
    await world.net.phone(NELIDA).say("se cayó el nodo", to=group["jid"])
    event = await world.event(MessageReceived)
    assert (event.chat_kind, event.group_name, event.phone) == ("group", "Guardia", NELIDA)
    await world.send(event.contact_id, "vamos", group=event.chat)
    assert (await world.net.phone(NELIDA).expect("vamos")).text == "vamos"
    groups = await world.bus.ask(ListGroups())
    assert [(one.name, one.members) for one in groups.groups] == [("Guardia", 2)]


async def test_typing_is_shown_both_ways(world, gateway):
    await world.pair()
    phone = world.net.phone(NELIDA)
    await phone.say("hola")
    contact_id = (await world.event(MessageReceived)).contact_id
    seen: list[TypingSeen] = []

    async def note(hint: TypingSeen) -> None:
        seen.append(hint)

    await world.bus.listen(TypingSeen, note)
    await world.bus.nc.flush()
    await phone.type()
    await eventually(lambda: [(hint.contact_id, hint.typing) for hint in seen] == [(contact_id, True)])
    await gateway.show_typing(ShowTyping(contact_id=contact_id, typing=True))
    await phone.expect_typing()


async def test_the_bot_is_seen_typing_before_it_answers(world, gateway):
    stored = await world.settings.read(SendingSettings)
    await world.settings.write(
        stored.value.model_copy(update={"show_typing": True, "typing_max_ms": 300, "typing_ms_per_char": 200}),
        revision=stored.revision,
    )
    await world.pair()
    phone = world.net.phone(NELIDA)
    await phone.say("hola")
    received = await world.event(MessageReceived)
    await world.send(received.contact_id, "ya va")
    await phone.expect_typing()
    assert phone.inbox == []
    await phone.expect("ya va")
