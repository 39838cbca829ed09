"""A message that WhatsApp could not decrypt, and its words, which come at the second try under the same WhatsApp id."""

from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import MediaContent, MediaInfo, TextContent, UndecryptableContent
from ispbot_contracts.tickets import MessageArchived, MessageUpdated, OpenTicket, TicketOpened, TicketUpdated
from ispbot_contracts.whatsapp import (
    ContactMerged,
    MediaStored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionReceived,
)
from ispbot_tickets.handlers.archive import archive_received
from ispbot_tickets.handlers.change_lines import delete_message, edit_message, react
from ispbot_tickets.handlers.merge_contacts import merge_contacts


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


EDIT = MessageEdited.start(
    "e1", contact_id="c1", target_wa_id="A", from_me=False, content=TextContent(text="hola"), edited_at=utc_now(),
    wa_id="W",
)  # fmt: skip
DELETION = MessageDeleted.start("d1", contact_id="c1", target_wa_id="A", from_me=False, wa_id="W")
REACTION = ReactionReceived.start("r1", contact_id="c1", target_wa_id="A", from_me=False, emoji="👍", wa_id="W")
CHANGES = [
    (EDIT, edit_message, "Se editó un mensaje anterior", ("hola", True, False, [])),
    (DELETION, delete_message, "Se eliminó un mensaje anterior", ("ola", False, True, [])),
    (REACTION, react, "Hubo una reacción a un mensaje anterior", ("ola", False, False, ["👍"])),
]


@pytest.mark.parametrize(("change", "handle", "words", "effect"), CHANGES)
class TestWhatTurnsOutToBeNoMessage:
    """The second try brings a change of another message: the placeholder is told as that."""

    @pytest.fixture
    async def before(self, world):
        await world.publish(world.received("c1", "ola", wa_id="A"), unreadable(world))
        await world.quiet()

    @pytest.mark.usefixtures("before")
    async def test_the_change_has_its_effect_and_the_placeholder_says_what_it_was(
        self, world, change, handle, words, effect
    ):
        await world.publish(change)
        await world.quiet()
        target, told = await world.lines("c1", kind=None)
        assert (target.content.text, target.edited, target.deleted, target.reactions) == effect
        assert (told.message_id, told.kind, told.direction, told.content.text) == ("placeholder", "event", None, words)
        assert told.author.kind == "system"
        assert [event.message for event in await world.events(MessageUpdated)] == [target, told]

    @pytest.mark.usefixtures("before")
    async def test_delivered_again_it_tells_the_same_and_changes_nothing_more(
        self, world, store, change, handle, words, effect
    ):
        first, again = [[event.id for event in await handle(change, store=store)] for _ in range(2)]
        assert len(set(first)) == 2
        assert again == first
        await world.publish(unreadable(world))
        await world.quiet()
        assert [line.version for line in await world.lines("c1", kind=None)] == [2, 2]

    async def test_the_queue_no_longer_shows_something_that_can_not_be_read(self, world, change, handle, words, effect):
        await world.open_ticket("c1")
        await world.publish(world.received("c1", "ola", wa_id="A"), unreadable(world), change)
        await world.quiet()
        assert (await world.queue()).rows[0].preview == words
        assert (await world.events(TicketUpdated))[-1].ticket.preview == words

    async def test_one_for_a_message_older_than_the_archive_is_told_too(self, world, change, handle, words, effect):
        await world.publish(unreadable(world), change)
        await world.quiet()
        assert await world.texts("c1", kind=None) == [words]

    async def test_the_placeholder_is_found_with_the_person_its_contact_was_merged_into(
        self, world, store, change, handle, words, effect
    ):
        await world.publish(world.received("lid", "ola", wa_id="A"), unreadable(world, "lid"))
        await world.quiet()
        await merge_contacts(ContactMerged.start("m1", contact_id="c1", absorbed_id="lid", phone=None), store=store)
        await handle(change.model_copy(update={"contact_id": "lid"}), store=store)
        assert (await world.texts("c1", kind=None))[1] == words

    @pytest.mark.usefixtures("before")
    async def test_an_older_gateway_that_does_not_name_its_own_id_changes_the_message(
        self, world, change, handle, words, effect
    ):
        await world.publish(change.model_copy(update={"wa_id": None}))
        await world.quiet()
        target, placeholder = await world.lines("c1")
        assert (target.content.text, target.edited, target.deleted, target.reactions) == effect
        assert placeholder.content.kind == "undecryptable"

    async def test_what_can_be_read_is_never_taken_for_a_placeholder(self, world, change, handle, words, effect):
        await world.publish(world.received("c1", "ola", wa_id="A"), readable(world), change)
        await world.quiet()
        assert (await world.texts("c1"))[1] == "No tengo internet"
