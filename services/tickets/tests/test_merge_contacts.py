"""Two contacts turn out to be one person: nothing is lost and nothing is doubled."""

import asyncio
from datetime import timedelta

import pytest

from ispbot_contracts.ai import TicketSummarised
from ispbot_contracts.base import utc_now
from ispbot_contracts.common import AgentRef, Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import (
    CloseTicket,
    PreviousTickets,
    ReplyToTicket,
    TakeTicket,
    TicketClosed,
    TicketStatus,
)
from ispbot_contracts.whatsapp import ContactMerged
from ispbot_runtime.errors import Poison, Retryable, Unavailable
from ispbot_tickets.domain.line import Draft
from ispbot_tickets.handlers.archive import archive_received
from ispbot_tickets.handlers.merge_contacts import merge_contacts
from ispbot_tickets.handlers.open_ticket import summarise_ticket
from ispbot_tickets.handlers.work_ticket import take_ticket
from ispbot_tickets.handlers.write import reply_to_ticket

ANA = AgentRef(id="u-ana", name="Ana")


def merged(kept: str = "kept", absorbed: str = "lid", phone: str | None = "5493515550001"):
    return ContactMerged.start(f"merge-{kept}-{absorbed}", contact_id=kept, absorbed_id=absorbed, phone=phone)


class Died(Exception):
    """The process ended here."""


@pytest.fixture
def merge_cut_in_half(store, monkeypatch):
    """Return what merges only as far as the absorbed contact leads to the kept one, its ticket not yet there."""

    async def die(*_):
        raise Died

    async def cut() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(store.tickets, "move", die)
            with pytest.raises(Died):
                await merge_contacts(merged(), store=store)

    return cut


def at(minute: int):
    return utc_now().replace(microsecond=0) - timedelta(hours=1) + timedelta(minutes=minute)


async def test_the_lines_of_both_stand_in_one_conversation_in_the_order_of_time(world, store):
    await world.publish(
        world.received("kept", "1", at=at(1)), world.received("lid", "2", at=at(2), phone=None),
        world.received("kept", "3", at=at(3)), world.received("lid", "4", at=at(4), phone=None),
    )  # fmt: skip
    await world.quiet()
    await world.publish(merged())
    await world.quiet()
    assert await world.texts("kept") == ["1", "2", "3", "4"]
    assert await world.texts("lid") == ["1", "2", "3", "4"]
    conversation = await store.conversations.load("kept")
    assert (conversation.unread, conversation.last.preview) == (4, "4")


async def test_messages_that_still_come_under_the_old_contact_are_led_to_the_person(world, store):
    await world.publish(world.received("kept", "1"), world.received("lid", "2"))
    await world.quiet()
    await world.publish(merged())
    await world.quiet()
    late = world.received("lid", "3")
    await world.publish(late)
    lines = await world.has_lines("kept", 3)
    assert {line.contact_id for line in lines} == {"kept"}
    assert len(await archive_received(late, store=store)) == 1
    assert len(await world.lines("kept")) == 3


async def test_an_old_contact_without_history_is_led_too(world):
    await world.publish(merged())
    await world.quiet()
    await world.publish(world.received("lid", "hola"))
    assert (await world.has_lines("kept", 1))[0].contact_id == "kept"


async def test_the_open_ticket_of_the_old_contact_goes_on_under_the_person(world):
    ticket_id = await world.taken_ticket("lid")
    await world.publish(world.received("kept", "hola"))
    await world.quiet()
    await world.publish(merged())
    await world.quiet()
    ticket = await world.ticket(ticket_id)
    assert (ticket.contact_id, ticket.status, ticket.assignee) == ("kept", "in_progress", ANA)
    assert (await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))).ticket.status == "closed"


@pytest.mark.parametrize(("first", "second"), [("kept", "lid"), ("lid", "kept")])
async def test_of_two_open_tickets_the_older_stays_and_the_other_says_why_it_ended(world, first, second):
    older = await world.open_ticket(first)
    younger = await world.open_ticket(second)
    await world.publish(merged())
    await world.quiet()
    assert [(row.ticket_id, row.contact_id) for row in (await world.queue()).rows] == [(older, "kept")]
    ended = await world.ticket(younger)
    assert (ended.status, ended.contact_id) == ("closed", "kept")
    words = "Eran dos contactos de la misma persona: el ticket #2 se cerró y se sigue en el #1"
    assert ended.close_comment == words
    assert (await world.texts("kept", kind="event"))[-1] == words
    assert await world.events(TicketClosed) == []  # the bot does not take the person back


@pytest.mark.parametrize(("first", "second"), [("kept", "lid"), ("lid", "kept")])
async def test_the_closing_of_the_one_that_stays_names_the_one_that_joined_it(world, first, second):
    older = await world.taken_ticket(first)
    younger = await world.open_ticket(second)
    await world.publish(merged(), merged())
    await world.quiet()
    await world.ask(CloseTicket(ticket_id=older, agent=ANA))
    (told,) = await world.events(TicketClosed)
    assert (told.ticket.ticket_id, told.joined_ids) == (older, [younger])


async def test_a_closing_names_all_that_joined_it_however_many_contacts_it_took(world):
    opened = [await world.open_ticket(contact) for contact in ("third", "kept", "lid")]
    for event in (merged(), merged("third", "kept")):
        await world.publish(event)
        await world.quiet()
    await world.ask(CloseTicket(ticket_id=opened[0], agent=ANA, override=True))
    (told,) = await world.events(TicketClosed)
    assert (told.ticket.ticket_id, sorted(told.joined_ids)) == (opened[0], sorted(opened[1:]))


async def test_a_ticket_alone_when_its_contacts_were_joined_names_no_other(world):
    ticket_id = await world.taken_ticket("lid")
    await world.publish(merged())
    await world.quiet()
    await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
    (told,) = await world.events(TicketClosed)
    assert told.joined_ids == []


async def test_earlier_tickets_of_both_are_the_persons(world):
    for contact in ("kept", "lid"):
        ticket_id = await world.taken_ticket(contact)
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
    await world.quiet()
    await world.publish(merged())
    await world.quiet()
    previous = await world.ask(PreviousTickets(contact_id="kept"))
    assert [ticket.number for ticket in previous.tickets] == [2, 1]


async def test_merging_twice_changes_nothing(world, store):
    await world.publish(world.received("kept", "1"), world.received("lid", "2"))
    await world.open_ticket("lid")
    await world.open_ticket("kept")
    await world.quiet()
    await merge_contacts(merged(), store=store)
    await world.quiet()
    first = (await store.conversations.load("kept"), await world.lines("kept", kind=None))
    await merge_contacts(merged(), store=store)
    await world.quiet()
    assert (await store.conversations.load("kept"), await world.lines("kept", kind=None)) == first


async def test_a_message_that_both_had_stays_once(world):
    await world.publish(world.received("kept", "hola", wa_id="SAME"), world.received("lid", "hola", wa_id="SAME"))
    await world.quiet()
    await world.publish(merged())
    await world.quiet()
    assert await world.texts("kept") == ["hola"]


async def test_a_line_that_was_being_written_during_the_merge_is_found_by_the_sweep(world, store):
    message = world.received("lid", "justo ahora")
    draft = Draft(
        message_id=message.id, at=at(1), kind="message", direction="in", author=Author(kind=AuthorKind.CUSTOMER),
        content=message.content, wa_id=message.wa_id,
    )  # fmt: skip
    changed = await store.conversations.change("lid", lambda before: before.add(draft))
    await merge_contacts(merged(), store=store)
    await store.lines.add(changed.conversation.place(draft))  # the second write comes after the merge
    assert await world.texts("kept") == []
    await store.lead_stragglers()
    assert await world.texts("kept") == ["justo ahora"]


async def test_everybody_writing_during_the_merge_loses_nothing(world, store):
    first = [world.received("lid", f"a{n}") for n in range(15)]
    second = [world.received("kept", f"b{n}") for n in range(15)]
    await asyncio.gather(
        *(archive_received(message, store=store) for message in first),
        *(archive_received(message, store=store) for message in second),
        merge_contacts(merged(), store=store),
    )
    await store.lead_stragglers()
    assert sorted(await world.texts("kept")) == sorted(message.content.text for message in first + second)
    assert (await store.conversations.load("kept")).unread == 30


def summarised(ticket_id: str) -> TicketSummarised:
    return TicketSummarised.start(
        "s1", contact_id="lid", ticket_id=ticket_id, reason="Sin servicio", summary="No navega", provider="local",
        model=None, confidence=0.9, degraded=False,
    )  # fmt: skip


class TestWhileAMergeIsUnderWay:
    """Between two steps of a merge the ticket of the absorbed contact stands in no conversation."""

    async def test_a_summary_waits_for_the_ticket_to_arrive(self, world, store, merge_cut_in_half):
        ticket_id = await world.open_ticket("lid")
        summary = summarised(ticket_id)
        await merge_cut_in_half()
        with pytest.raises(Retryable):
            await summarise_ticket(summary, store=store)
        await world.publish(merged())
        await world.publish(summary)
        await world.quiet()
        ticket = await world.ticket(ticket_id)
        assert (ticket.status, ticket.reason, ticket.summary) == ("pending", "Sin servicio", "No navega")

    async def test_a_summary_does_not_wait_for_ever_for_a_ticket_that_nothing_holds(
        self, world, store, merge_cut_in_half
    ):
        ticket_id = await world.open_ticket("lid")
        await merge_cut_in_half()
        summary = summarised(ticket_id)
        late = summary.model_copy(update={"occurred_at": utc_now() - timedelta(minutes=3)})
        assert await summarise_ticket(late, store=store) == []
        kept = await store.tickets.get(ticket_id)
        assert (kept.reason, kept.summary) == ("Sin servicio", "No navega")

    async def test_a_summary_of_a_ticket_that_nobody_wrote_is_set_aside(self, store):
        summary = summarised("never-opened")
        with pytest.raises(Retryable):
            await summarise_ticket(summary, store=store)
        late = summary.model_copy(update={"occurred_at": utc_now() - timedelta(minutes=3)})
        with pytest.raises(Poison):
            await summarise_ticket(late, store=store)

    async def test_an_agent_is_asked_to_wait_and_not_told_that_the_ticket_is_closed(
        self, world, store, merge_cut_in_half
    ):
        ticket_id = await world.open_ticket("lid")
        await merge_cut_in_half()
        with pytest.raises(Unavailable):
            await take_ticket(TakeTicket(ticket_id=ticket_id, agent=ANA), store=store)
        await world.publish(merged())
        await world.quiet()
        assert (await world.ask(TakeTicket(ticket_id=ticket_id, agent=ANA))).ticket.assignee == ANA


async def test_a_case_whose_closing_is_told_after_the_merge_is_among_the_persons_earlier_ones(world, store):
    ticket_id = await world.taken_ticket("lid")
    before = await world.ticket(ticket_id)
    await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
    await world.quiet()
    await merge_contacts(merged(), store=store)
    closed = before.model_copy(update={"status": TicketStatus.CLOSED, "version": before.version + 100})
    told_late = TicketClosed.start("late", contact_id="lid", ticket=closed, by=ANA, comment=None, heard_until=None)
    await world.publish(told_late)
    await world.quiet()
    assert [ticket.ticket_id for ticket in (await world.ask(PreviousTickets(contact_id="kept"))).tickets] == [ticket_id]


async def test_a_reply_that_a_crash_before_the_merge_left_unwritten_is_the_persons(world, store, monkeypatch):
    ticket_id = await world.taken_ticket("lid")
    await world.quiet()

    async def die(*_):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(store, "finish", die)
        with pytest.raises(Died):
            await reply_to_ticket(
                ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="c1", content=TextContent(text="ya lo miro")),
                store=store,
            )
    await merge_contacts(merged(), store=store)
    await store.sweep(older_than=timedelta(0))
    assert await world.texts("kept") == ["ya lo miro"]
