"""A message that WhatsApp could not decrypt, and its words, which come at the second try under the same WhatsApp id."""

from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import MediaContent, MediaInfo, TextContent, UndecryptableContent
from ispbot_contracts.tickets import MessageArchived, MessageUpdated, OpenTicket, TicketOpened, TicketUpdated
from ispbot_contracts.whatsapp import MediaStored, MessageDeleted, MessageEdited, MessageReceived
from ispbot_tickets.handlers.archive import archive_received


def unreadable(world, contact: str = "c1", **fields) -> MessageReceived:
    message = world.received(contact, "", wa_id="W", content=UndecryptableContent(), **fields)
    return message.model_copy(update={"id": "placeholder"})


def readable(world, text: str = "No tengo internet", **fields) -> MessageReceived:
    return world.received("c1", text, wa_id="W", **fields)


def picture(world) -> MessageReceived:
    return readable(world, content=MediaContent(kind="image", media=MediaInfo(mime="image/jpeg"), caption="el router"))


@pytest.fixture(params=["sent at the same moment", "sent again later"])
def both(request, world) -> tuple[MessageReceived, MessageReceived]:
    """The placeholder and the readable message."""
    at = utc_now()
    later = at + timedelta(seconds=3) if request.param == "sent again later" else at
    return unreadable(world, at=at), readable(world, at=later)


async def test_the_words_of_the_second_try_take_the_place_of_what_could_not_be_read(world, store, both):
    await world.publish(*both)
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.message_id, line.content.text, line.edited) == ("placeholder", "No tengo internet", False)
    conversation = await store.conversations.load("c1")
    assert (conversation.unread, conversation.last.preview) == (1, "No tengo internet")
    assert conversation.last.message_id == line.message_id
    assert [event.message.content.kind for event in await world.events(MessageArchived)] == ["undecryptable"]
    assert [event.message for event in await world.events(MessageUpdated)] == [line]
    assert await store.lines.words("c1", 5) == ["No tengo internet"]


async def test_both_delivered_again_change_nothing_more_and_tell_the_same(world, store, both):
    told = [[event.id for event in await archive_received(message, store=store)] for message in (*both, *both, both[1])]
    first, second, _, again, once_more = told
    assert len(first) == len(second) == 1
    assert second == again == once_more
    (line,) = await world.lines("c1")
    assert (line.content.text, line.version) == ("No tengo internet", 2)
    assert (await store.conversations.load("c1")).unread == 1


async def test_a_crash_between_giving_a_place_and_changing_the_line_counts_nothing_twice(world, store, both, database):
    placeholder, message = both
    await archive_received(placeholder, store=store)
    kept = await database["lines"].find_one({"_id": "placeholder"})
    (before,) = await archive_received(message, store=store)
    await database["lines"].replace_one({"_id": "placeholder"}, kept)
    (after,) = await archive_received(message, store=store)
    conversation = await store.conversations.load("c1")
    assert (after.id, after.message, conversation.unread) == (before.id, before.message, 1)


@pytest.mark.parametrize("later_s", [0, 3])
async def test_a_placeholder_that_comes_after_the_words_changes_nothing(world, store, later_s):
    at = utc_now()
    placeholder = unreadable(world, at=at + timedelta(seconds=later_s))
    await world.publish(readable(world, at=at), placeholder)
    await world.quiet()
    assert await archive_received(placeholder, store=store) == []
    assert await world.texts("c1") == ["No tengo internet"]
    conversation = await store.conversations.load("c1")
    assert (conversation.unread, conversation.last.preview) == (1, "No tengo internet")
    assert await world.events(MessageUpdated) == []


async def test_the_queue_shows_the_words_of_the_second_try(world, both):
    ticket_id = await world.open_ticket("c1")
    await world.publish(*both)
    await world.quiet()
    (row,) = (await world.queue()).rows
    assert (row.ticket_id, row.preview, row.unread) == (ticket_id, "No tengo internet", 1)
    assert (await world.events(TicketUpdated))[-1].ticket.preview == "No tengo internet"
    assert (await world.lines("c1"))[0].ticket_id == ticket_id


async def test_a_ticket_asked_for_at_the_second_try_is_opened_with_its_words(world, both):
    placeholder, message = both
    wants = world.wants_person("c1").model_dump(exclude={"id", "occurred_at", "correlation_id", "causation_id"})
    await world.publish(placeholder, OpenTicket.caused_by(message, "open", **wants), message)
    await world.has_lines("c1", 1, kind="event")
    (opened,) = await world.events(TicketOpened)
    assert opened.words == ["No tengo internet"]


async def test_a_picture_that_could_be_read_at_the_second_try_is_shown(world):
    stored = MediaInfo(mime="image/jpeg", object_key="k1", size_bytes=10)
    await world.publish(
        unreadable(world), picture(world), MediaStored.start("m1", contact_id="c1", wa_id="W", media=stored)
    )
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.media_state, line.content.media.object_key, line.content.caption) == ("stored", "k1", "el router")


async def test_a_picture_still_on_its_way_is_shown_as_that(world):
    await world.publish(unreadable(world), picture(world))
    await world.quiet()
    assert (await world.lines("c1"))[0].media_state == "pending"


async def test_the_words_of_the_second_try_may_quote(world):
    await world.publish(world.sent("c1", "¿Cuál es tu DNI?", wa_id="Q"))
    await world.publish(unreadable(world), readable(world, "20111222", quoted_wa_id="Q"))
    await world.quiet()
    assert (await world.lines("c1"))[1].quoted.text == "¿Cuál es tu DNI?"


async def test_what_was_edited_or_deleted_before_the_second_try_stays_so(world, store):
    edited = MessageEdited.start(
        "e1",
        contact_id="c1",
        target_wa_id="W",
        from_me=False,
        content=TextContent(text="el módem"),
        edited_at=utc_now(),
    )
    deleted = MessageDeleted.start("d1", contact_id="c1", target_wa_id="W", from_me=False)
    await world.publish(unreadable(world), edited, deleted, picture(world))
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.content.kind, line.content.caption, line.edited, line.deleted) == ("image", "el módem", True, True)
    assert (await store.lines.by_wa_id("c1", "W")).revisions[0].content.caption == "el router"


async def test_words_of_our_own_phone_come_at_the_second_try_too(world, both):
    placeholder, message = (event.model_copy(update={"from_me": True}) for event in both)
    await world.publish(placeholder, message)
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.message_id, line.direction, line.content.text) == ("placeholder", "out", "No tengo internet")
