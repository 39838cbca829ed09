"""A ticket from its opening to its close, with everybody pulling at it at once."""

import asyncio
from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import AgentRef
from ispbot_contracts.content import MediaContent, MediaInfo, TextContent
from ispbot_contracts.tickets import (
    AddNote,
    CloseTicket,
    GetTicket,
    GetTicketStats,
    MarkSeen,
    MessageArchived,
    PreviousTickets,
    ReplyToTicket,
    TakeTicket,
    TicketClosed,
    TicketOpened,
    TicketTaken,
    TicketTransferred,
    TicketUpdated,
    TransferTicket,
)
from ispbot_contracts.whatsapp import SendMessage
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually, published

ANA = AgentRef(id="u-ana", name="Ana")
LUIS = AgentRef(id="u-luis", name="Luis")


async def refused(question) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await question
    return caught.value


class TestTaking:
    async def test_of_many_agents_who_take_at_once_exactly_one_gets_it(self, world):
        ticket_id = await world.open_ticket("c1")
        agents = [AgentRef(id=f"u{n}", name=f"Agente {n}") for n in range(8)]
        results = await asyncio.gather(
            *(world.ask(TakeTicket(ticket_id=ticket_id, agent=agent)) for agent in agents), return_exceptions=True
        )
        winners = [result for result in results if not isinstance(result, Exception)]
        losers = [result for result in results if isinstance(result, Refusal)]
        assert (len(winners), len(losers)) == (1, 7)
        holder = winners[0].ticket.assignee
        assert {(loser.code, loser.details["agent"]) for loser in losers} == {("ticket_taken", holder.name)}
        assert [event.agent for event in await world.events(TicketTaken)] == [holder]

    async def test_taking_ones_own_ticket_again_is_harmless(self, world):
        ticket_id = await world.taken_ticket("c1")
        again = await world.ask(TakeTicket(ticket_id=ticket_id, agent=ANA))
        assert again.ticket.assignee == ANA
        assert len(await world.events(TicketTaken)) == 1

    async def test_not_even_a_supervisor_takes_it_out_of_anothers_hands(self, world):
        ticket_id = await world.taken_ticket("c1")
        refusal = await refused(world.ask(TakeTicket(ticket_id=ticket_id, agent=LUIS, override=True)))
        assert (refusal.code, refusal.message) == ("ticket_taken", "Este ticket ya lo tomó Ana.")

    async def test_the_conversation_says_who_took_it(self, world):
        await world.taken_ticket("c1")
        await world.has_lines("c1", 2, kind="event")
        assert (await world.texts("c1", kind="event"))[1] == "Ana tomó el ticket"

    async def test_an_unknown_ticket_is_refused(self, world):
        assert (await refused(world.ask(TakeTicket(ticket_id="nope", agent=ANA)))).code == "ticket_not_found"


class TestAnswering:
    async def test_an_answer_is_queued_sent_and_ticked(self, world):
        ticket_id = await world.taken_ticket("c1")
        reply = ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b1", content=TextContent(text="Ya reviso"))
        written = (await world.ask(reply)).message
        assert (written.status, written.client_id, written.author.name) == ("queued", "b1", "Ana")
        (order,) = await published(world.bus, "wa.cmd.send_message.*.*", 1)
        command = SendMessage.model_validate_json(order)
        assert (command.id, command.contact_id, command.ticket_id) == (written.message_id, "c1", ticket_id)
        await world.publish(world.sent("c1", "Ya reviso", send_id=command.id, wa_id="S1", author=command.author))
        await world.quiet()
        (line,) = await world.lines("c1")
        assert (line.status, line.wa_id, line.client_id) == ("sent", "S1", "b1")

    async def test_the_same_answer_sent_twice_by_the_browser_leaves_once(self, world):
        ticket_id = await world.taken_ticket("c1")
        reply = ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b1", content=TextContent(text="Ya reviso"))
        answers = await asyncio.gather(*(world.ask(reply) for _ in range(5)))
        assert len({answer.message.message_id for answer in answers}) == 1
        assert len(await world.lines("c1")) == 1
        assert (await world.bus.js.stream_info("WA")).state.messages == 1

    async def test_a_quoted_message_travels_to_whatsapp_with_the_answer(self, world):
        question = world.received("c1", "¿cuándo vienen?", wa_id="Q1")
        await world.publish(question)
        await world.has_lines("c1", 1)
        ticket_id = await world.taken_ticket("c1")
        reply = ReplyToTicket(
            ticket_id=ticket_id,
            agent=ANA,
            client_id="b1",
            content=TextContent(text="Mañana"),
            quoted_message_id=question.id,
        )
        written = (await world.ask(reply)).message
        assert written.quoted.text == "¿cuándo vienen?"
        (order,) = await published(world.bus, "wa.cmd.send_message.*.*", 1)
        assert SendMessage.model_validate_json(order).quoted_wa_id == "Q1"

    async def test_a_message_of_another_customer_can_not_be_quoted(self, world):
        other = world.received("c2", "mi clave es 1234")
        await world.publish(other)
        await world.has_lines("c2", 1)
        ticket_id = await world.taken_ticket("c1")
        reply = ReplyToTicket(
            ticket_id=ticket_id, agent=ANA, client_id="b1", content=TextContent(text="?"), quoted_message_id=other.id
        )
        assert (await refused(world.ask(reply))).code == "message_not_found"

    async def test_a_file_keeps_its_key_and_is_shown_as_stored(self, world):
        ticket_id = await world.taken_ticket("c1")
        picture = MediaContent(kind="image", media=MediaInfo(mime="image/png", object_key="k1"), caption="mirá")
        written = await world.ask(ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b1", content=picture))
        assert written.message.media_state == "stored"
        assert (await world.ticket(ticket_id)).preview == "📷 Foto: mirá"

    async def test_only_the_holder_answers(self, world):
        pending = await world.open_ticket("c1")
        reply = ReplyToTicket(ticket_id=pending, agent=LUIS, client_id="b1", content=TextContent(text="hola"))
        assert (await refused(world.ask(reply))).message == "Primero tomá el ticket."
        await world.ask(TakeTicket(ticket_id=pending, agent=ANA))
        refusal = await refused(world.ask(reply))
        assert (refusal.code, refusal.message) == ("not_yours", "Este ticket lo tiene Ana.")
        assert await world.lines("c1") == []

    async def test_a_note_never_leaves(self, world):
        ticket_id = await world.taken_ticket("c1")
        note = AddNote(ticket_id=ticket_id, agent=LUIS, client_id="n1", text="Es cliente de años")
        await asyncio.gather(world.ask(note), world.ask(note))
        assert await world.texts("c1", kind="note") == ["Es cliente de años"]
        assert (await world.bus.js.stream_info("WA")).state.messages == 0
        assert (await world.ticket(ticket_id)).preview == ""


class TestWaiting:
    async def test_the_customer_waits_from_the_first_message_after_our_last_answer(self, world):
        ticket_id = await world.taken_ticket("c1")
        opened = (await world.ticket(ticket_id)).waiting_since
        assert opened is not None
        await world.publish(world.received("c1", "¿hola?"))
        await world.has_lines("c1", 1)
        assert (await world.ticket(ticket_id)).waiting_since == opened
        await world.ask(
            ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b1", content=TextContent(text="Acá estoy"))
        )
        assert (await world.ticket(ticket_id)).waiting_since is None
        at = utc_now().replace(microsecond=0) + timedelta(seconds=3)
        await world.publish(
            world.received("c1", "sigue igual", at=at), world.received("c1", "?", at=at + timedelta(seconds=5))
        )
        await world.has_lines("c1", 4)
        assert (await world.ticket(ticket_id)).waiting_since == at

    async def test_the_bots_words_do_not_end_the_wait(self, world):
        ticket_id = await world.open_ticket("c1")
        await world.publish(world.sent("c1", "Te derivo con un asesor"))
        await world.has_lines("c1", 1)
        assert (await world.ticket(ticket_id)).waiting_since is not None

    async def test_unread_is_cleared_by_the_holders_look_only(self, world):
        ticket_id = await world.taken_ticket("c1")
        await world.publish(world.received("c1", "uno"), world.received("c1", "dos"))
        await world.has_lines("c1", 2)
        assert (await world.ask(MarkSeen(ticket_id=ticket_id, agent=LUIS))).ticket.unread == 2
        assert (await world.ask(MarkSeen(ticket_id=ticket_id, agent=ANA))).ticket.unread == 0
        assert [event.ticket.unread for event in await world.events(TicketUpdated)] == [0]


class TestTransferring:
    async def test_to_an_agent_it_is_in_progress_in_their_hands(self, world):
        ticket_id = await world.taken_ticket("c1")
        moved = await world.ask(TransferTicket(ticket_id=ticket_id, agent=ANA, to_agent=LUIS))
        assert (moved.ticket.status, moved.ticket.assignee) == ("in_progress", LUIS)
        await world.has_lines("c1", 3, kind="event")
        assert (await world.texts("c1", kind="event"))[2] == "Ana transfirió el ticket a Luis"

    async def test_to_a_department_it_waits_again_in_its_queue(self, world):
        ticket_id = await world.taken_ticket("c1")
        await world.ask(ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b", content=TextContent(text="ok")))
        await world.ask(TransferTicket(ticket_id=ticket_id, agent=ANA, to_department="ventas"))
        (row,) = (await world.queue(departments=["ventas"])).rows
        assert (row.assignee, row.status) == (None, "pending")
        assert row.waiting_since is not None
        await world.has_lines("c1", 3, kind="event")
        assert (await world.texts("c1", kind="event"))[2] == "Ana transfirió el ticket a Ventas"
        (event,) = await world.events(TicketTransferred)
        assert (event.by, event.to_department, event.ticket.department) == (ANA, "ventas", "ventas")

    async def test_only_the_holder_or_a_supervisor_transfers(self, world):
        ticket_id = await world.taken_ticket("c1")
        move = TransferTicket(ticket_id=ticket_id, agent=LUIS, to_agent=LUIS)
        assert (await refused(world.ask(move))).code == "not_yours"
        assert (await world.ask(move.model_copy(update={"override": True}))).ticket.assignee == LUIS

    async def test_a_transfer_to_nobody_is_refused(self, world):
        ticket_id = await world.taken_ticket("c1")
        assert (
            await refused(world.ask(TransferTicket(ticket_id=ticket_id, agent=ANA)))
        ).code == "transfer_target_missing"


class TestClosing:
    async def test_a_closed_ticket_leaves_the_queue_with_its_comment(self, world):
        ticket_id = await world.taken_ticket("c1")
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA, comment=" Se reinició la ONU "))
        assert (await world.queue("mine")).rows == []
        ticket = await world.ticket(ticket_id)
        assert (ticket.status, ticket.close_comment, ticket.closed_by, ticket.waiting_since) == (
            "closed", "Se reinició la ONU", ANA, None,
        )  # fmt: skip
        await world.has_lines("c1", 3, kind="event")
        assert (await world.texts("c1", kind="event"))[2] == "Ana cerró el ticket: Se reinició la ONU"
        (event,) = await world.events(TicketClosed)
        assert (event.by, event.comment) == (ANA, "Se reinició la ONU")

    async def test_the_closing_says_up_to_which_words_the_customer_was_heard(self, world):
        ticket_id = await world.taken_ticket("c1")
        words = world.received("c1", "se me cortó de nuevo")
        await world.publish(words)
        await world.has_lines("c1", 1)
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
        (event,) = await world.events(TicketClosed)
        assert abs(event.heard_until - words.sent_at) < timedelta(milliseconds=1)

    async def test_closing_again_by_the_same_agent_is_harmless_by_another_is_refused(self, world):
        ticket_id = await world.taken_ticket("c1")
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
        assert len(await world.events(TicketClosed)) == 1
        refusal = await refused(world.ask(CloseTicket(ticket_id=ticket_id, agent=LUIS, override=True)))
        assert (refusal.code, refusal.message) == ("ticket_closed", "Este ticket ya lo cerró Ana.")

    async def test_the_next_request_opens_a_new_ticket_and_the_old_one_stays_readable(self, world):
        first = await world.taken_ticket("c1")
        await world.ask(CloseTicket(ticket_id=first, agent=ANA))
        await world.publish(world.wants_person("c1"))
        await eventually(lambda: _pending(world, 1))
        (row,) = (await world.queue()).rows
        assert (row.number, row.ticket_id == first) == (2, False)
        assert (await world.ticket(first)).status == "closed"
        refusal = await refused(world.ask(TakeTicket(ticket_id=first, agent=LUIS)))
        assert (refusal.code, refusal.message) == ("ticket_closed", "Este ticket ya lo cerró Ana.")
        previous = await world.ask(PreviousTickets(contact_id="c1"))
        assert [ticket.ticket_id for ticket in previous.tickets] == [first]

    async def test_a_message_at_the_very_moment_of_closing_is_archived_and_the_ticket_is_closed(self, world):
        ticket_ids = [await world.taken_ticket(f"c{n}") for n in range(10)]
        writes = [world.publish(world.received(f"c{n}", "¡esperá!")) for n in range(10)]
        closes = [world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA)) for ticket_id in ticket_ids]
        await asyncio.gather(*writes, *closes)
        for n, ticket_id in enumerate(ticket_ids):
            await world.has_lines(f"c{n}", 1)
            assert (await world.ask(GetTicket(ticket_id=ticket_id))).ticket.status == "closed"
        assert (await world.queue("in_progress")).counts.in_progress == 0

    async def test_versions_of_a_ticket_only_grow_and_the_highest_is_closed(self, world):
        ticket_id = await world.taken_ticket("c1")
        await world.publish(world.received("c1", "hola"))
        await world.has_lines("c1", 1)
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
        await world.quiet()
        views = [
            event.ticket for kind in (TicketOpened, TicketTaken, TicketClosed) for event in await world.events(kind)
        ]
        views += [event.ticket for event in await world.events(MessageArchived) if event.ticket]
        assert max(views, key=lambda view: view.version).status == "closed"


async def _pending(world, number: int) -> bool:
    return (await world.queue()).counts.pending == number


async def test_the_dashboards_numbers_follow_what_happens(world):
    tickets = [await world.open_ticket(f"c{n}") for n in range(3)]
    await world.publish(world.received("c1", "hola"), world.received("c9", "hola"))
    await world.has_lines("c9", 1)
    await world.ask(TakeTicket(ticket_id=tickets[0], agent=ANA))
    await world.ask(CloseTicket(ticket_id=tickets[1], agent=ANA, override=True))
    await world.quiet()
    stats = await world.ask(GetTicketStats())
    assert (stats.pending, stats.in_progress, stats.closed_30d, stats.open_chats) == (1, 1, 1, 2)
    assert stats.opened_by_day == [0] * 13 + [3]
    assert stats.oldest_waiting_since == (await world.ticket(tickets[0])).opened_at
