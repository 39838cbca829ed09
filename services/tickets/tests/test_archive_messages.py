"""Every message stands in its conversation exactly once, with what happened to it afterwards."""

import asyncio
from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import AuthorKind
from ispbot_contracts.content import MediaContent, MediaInfo, TextContent, UndecryptableContent
from ispbot_contracts.tickets import GetMessage, ListMessages, MessageArchived, MessageUpdated
from ispbot_contracts.whatsapp import (
    ContactIdentified,
    MediaFailed,
    MediaStored,
    MessageEdited,
    MessageSendFailed,
    ReceiptReceived,
)
from ispbot_runtime.errors import Refusal
from ispbot_tickets.handlers.archive import archive_received, archive_send_failed, archive_sent


def edited(wa_id: str, text: str, n: int = 1, **fields):
    return MessageEdited.start(
        f"edit-{wa_id}-{n}", contact_id="c1", target_wa_id=wa_id, from_me=fields.get("from_me", False),
        content=TextContent(text=text), edited_at=utc_now(),
    )  # fmt: skip


def receipt(status: str, *wa_ids: str):
    return ReceiptReceived.start(
        f"r-{status}-{wa_ids[0]}", contact_id="c1", wa_ids=list(wa_ids), status=status, at=utc_now()
    )


async def test_messages_of_both_sides_stand_in_the_order_they_came(world):
    await world.publish(
        world.received("c1", "hola"), world.sent("c1", "¡Hola! Soy el asistente"), world.received("c1", "saldo")
    )
    lines = await world.has_lines("c1", 3)
    assert [(line.direction, line.author.kind, line.content.text) for line in lines] == [
        ("in", "customer", "hola"),
        ("out", "bot", "¡Hola! Soy el asistente"),
        ("in", "customer", "saldo"),
    ]
    assert [line.seq for line in lines] == sorted({line.seq for line in lines})
    assert lines[1].status == "sent"


async def test_a_message_delivered_again_is_archived_once(world, store):
    message = world.received("c1", "hola")
    first = await archive_received(message, store=store)
    again = await archive_received(message, store=store)
    assert [event.id for event in first] == [event.id for event in again]
    assert first[0].message == again[0].message
    assert len(await world.lines("c1")) == 1
    assert (await store.conversations.load("c1")).unread == 1


async def test_our_words_written_before_a_crash_are_announced_as_new_afterwards(world, store):
    said = world.sent("c1", "Tu saldo es $ 18.500")
    lost = MessageSendFailed.start(
        "f1", contact_id="c1", send_id="s1", reason="not_on_whatsapp", detail="", content=TextContent(text="aviso"),
        author={"kind": AuthorKind.BOT},
    )  # fmt: skip
    for event, handle in ((said, archive_sent), (lost, archive_send_failed)):
        (before,) = await handle(event, store=store)  # as if the process had died before it told this
        (after,) = await handle(event, store=store)
        assert isinstance(after, MessageArchived)
        assert (after.id, after.message) == (before.id, before.message)


@pytest.mark.parametrize("later_s", [0, 1])
async def test_a_failed_send_that_went_out_after_all_is_announced_as_a_change_also_after_a_crash(world, store, later_s):
    lost = MessageSendFailed.start(
        "f1", contact_id="c1", send_id="s1", reason="unknown_outcome", detail="", content=TextContent(text="aviso"),
        author={"kind": AuthorKind.BOT},
    )  # fmt: skip
    said = world.sent("c1", "aviso", send_id="s1", wa_id="S", sent_at=lost.occurred_at + timedelta(seconds=later_s))
    await archive_send_failed(lost, store=store)
    told = [await archive_sent(said, store=store) for _ in range(2)]
    assert [type(event) for (event,) in told] == [MessageUpdated, MessageUpdated]


async def test_a_crash_between_the_two_writes_counts_nothing_twice(world, store, database):
    message = world.received("c1", "hola")
    (before,) = await archive_received(message, store=store)
    await database["lines"].delete_one({"_id": message.id})  # as if the process had died before the second write
    (after,) = await archive_received(message, store=store)
    conversation = await store.conversations.load("c1")
    assert (conversation.unread, len(await world.lines("c1"))) == (1, 1)
    assert (after.id, after.message.seq) == (before.id, before.message.seq)


async def test_a_hundred_messages_at_once_are_all_archived_and_all_counted(world, store):
    messages = [world.received("c1", str(n)) for n in range(100)]
    await asyncio.gather(*(archive_received(message, store=store) for message in messages[:12]))
    await world.publish(*messages)
    lines = await world.has_lines("c1", 100)
    assert len({line.seq for line in lines}) == 100
    assert (await store.conversations.load("c1")).unread == 100


async def test_the_same_whatsapp_id_in_two_chats_is_two_messages(world):
    await world.publish(world.received("c1", "uno", wa_id="SAME"), world.received("c2", "dos", wa_id="SAME"))
    assert (await world.has_lines("c1", 1))[0].content.text == "uno"
    assert (await world.has_lines("c2", 1))[0].content.text == "dos"


async def test_pages_lead_to_older_lines_without_gap_or_repetition(world):
    await world.publish(*(world.received("c1", str(n)) for n in range(25)))
    await world.has_lines("c1", 25)
    pages, cursor = [], None
    while True:
        page = await world.ask(ListMessages(contact_id="c1", limit=10, cursor=cursor))
        pages.append([int(line.content.text) for line in page.messages])
        cursor = page.next
        if cursor is None:
            break
    assert pages == [list(range(15, 25)), list(range(5, 15)), list(range(5))]


class TestMedia:
    def picture(self, world, wa_id: str = "P"):
        content = MediaContent(kind="image", media=MediaInfo(mime="image/jpeg"), caption="el router")
        return world.received("c1", "", wa_id=wa_id, content=content)

    async def test_the_line_stands_before_its_file_and_shows_it_afterwards(self, world):
        await world.publish(self.picture(world))
        (line,) = await world.has_lines("c1", 1)
        assert line.media_state == "pending"
        stored = MediaInfo(mime="image/jpeg", object_key="k1", size_bytes=10)
        await world.publish(MediaStored.start("m1", contact_id="c1", wa_id="P", media=stored))
        await world.quiet()
        (line,) = await world.lines("c1")
        assert (line.media_state, line.content.media.object_key, line.content.caption) == ("stored", "k1", "el router")

    async def test_a_lost_file_says_why_and_may_still_arrive(self, world):
        await world.publish(
            self.picture(world), MediaFailed.start("f1", contact_id="c1", wa_id="P", reason="unreachable")
        )
        await world.quiet()
        (line,) = await world.lines("c1")
        assert (line.media_state, line.media_failure) == ("failed", "unreachable")
        stored = MediaInfo(mime="image/jpeg", object_key="k1")
        await world.publish(MediaStored.start("m1", contact_id="c1", wa_id="P", media=stored))
        await world.quiet()
        assert (await world.lines("c1"))[0].media_state == "stored"

    async def test_a_file_that_is_stored_before_the_line_is_not_lost(self, world):
        stored = MediaInfo(mime="image/jpeg", object_key="k1")
        await world.publish(MediaStored.start("m1", contact_id="c1", wa_id="P", media=stored), self.picture(world))
        assert (await world.has_lines("c1", 1))[0].media_state == "stored"

    async def test_an_edit_of_a_caption_keeps_the_file(self, world):
        stored = MediaInfo(mime="image/jpeg", object_key="k1")
        await world.publish(
            self.picture(world),
            MediaStored.start("m1", contact_id="c1", wa_id="P", media=stored),
            edited("P", "es el módem"),
        )
        await world.quiet()
        (line,) = await world.lines("c1")
        assert (line.content.caption, line.content.media.object_key) == ("es el módem", "k1")


async def test_what_could_not_be_sent_is_shown_with_its_reason(world):
    failed = MessageSendFailed.start(
        "f1", contact_id="c1", send_id="s1", reason="not_on_whatsapp", detail="", content=TextContent(text="aviso"),
        author={"kind": AuthorKind.BOT},
    )  # fmt: skip
    await world.publish(failed)
    (line,) = await world.has_lines("c1", 1)
    assert (line.status, line.failure, line.message_id) == ("failed", "not_on_whatsapp", "s1")


async def test_a_send_of_unknown_outcome_is_resolved_when_whatsapp_took_it(world):
    failed = MessageSendFailed.start(
        "f1", contact_id="c1", send_id="s1", reason="unknown_outcome", detail="", content=TextContent(text="aviso"),
        author={"kind": AuthorKind.BOT},
    )  # fmt: skip
    await world.publish(failed, world.sent("c1", "aviso", send_id="s1", wa_id="S"), receipt("delivered", "S"))
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.status, line.failure, line.wa_id) == ("delivered", None, "S")


async def test_words_written_on_the_companys_phone_are_ours(world):
    await world.publish(world.received("c1", "Ya te llamo", from_me=True))
    (line,) = await world.has_lines("c1", 1)
    assert (line.direction, line.author.kind, line.status) == ("out", "phone", "sent")


async def test_our_own_message_coming_back_as_an_echo_stays_one_line(world):
    await world.publish(
        world.received("c1", "hola", wa_id="E", from_me=True), world.sent("c1", "hola", send_id="s1", wa_id="E")
    )
    await world.quiet()
    assert [(line.message_id, line.author.kind) for line in await world.lines("c1")] == [("s1", "bot")]
    await world.publish(world.received("c1", "hola", wa_id="E", from_me=True, phone=None))
    await world.quiet()
    assert len(await world.lines("c1")) == 1


async def test_a_quoted_message_is_shown_with_its_words(world):
    await world.publish(
        world.sent("c1", "¿Cuál es tu DNI?", wa_id="Q"), world.received("c1", "20111222", quoted_wa_id="Q")
    )
    lines = await world.has_lines("c1", 2)
    assert (lines[1].quoted.message_id, lines[1].quoted.text) == (lines[0].message_id, "¿Cuál es tu DNI?")


async def test_what_could_not_be_decrypted_is_visible(world, store):
    await world.publish(world.received("c1", "", content=UndecryptableContent()))
    assert (await world.has_lines("c1", 1))[0].content.kind == "undecryptable"
    assert (await store.conversations.load("c1")).last.preview == "🔒 Mensaje no descifrado"


async def test_a_group_is_archived_under_its_name_with_who_wrote(world, store):
    message = world.received("g1", "hola", chat_kind="group", group_name="Soporte", sender_name="Marta", phone=None)
    await world.publish(message)
    (line,) = await world.has_lines("g1", 1)
    conversation = await store.conversations.load("g1")
    assert (line.author.name, conversation.name, conversation.kind) == ("Marta", "Soporte", "group")


async def test_the_phone_of_a_contact_is_kept_when_it_is_learnt(world, store):
    await world.publish(
        world.received("c1", "hola", phone=None), ContactIdentified.start("i1", contact_id="c1", phone="549351")
    )
    await world.quiet()
    assert (await store.conversations.load("c1")).phone == "549351"


async def test_one_line_is_found_by_its_id_and_an_unknown_one_is_refused(world):
    message = world.received("c1", "hola")
    await world.publish(message)
    await world.has_lines("c1", 1)
    assert (await world.ask(GetMessage(message_id=message.id))).message.content.text == "hola"
    with pytest.raises(Refusal) as refused:
        await world.ask(GetMessage(message_id="nope"))
    assert refused.value.code == "message_not_found"


async def test_each_line_is_announced_once_with_its_whole_state(world):
    messages = [world.received("c1", str(n)) for n in range(5)]
    await world.publish(*messages)
    await world.quiet()
    announced = await world.events(MessageArchived)
    assert [event.message.message_id for event in announced] == [message.id for message in messages]
    assert [event.message for event in announced] == await world.lines("c1")
    assert {event.correlation_id for event in announced} == {message.id for message in messages}
