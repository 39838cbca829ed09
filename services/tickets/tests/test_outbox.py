"""An agent's wish survives a crash between its write and its publishing."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ispbot_contracts.common import AgentRef
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import AddNote, CloseTicket, ReplyToTicket, TakeTicket, TicketClosed, TicketTaken
from ispbot_contracts.whatsapp import SendMessage
from ispbot_runtime.errors import Retryable
from ispbot_runtime.testing import eventually, published
from ispbot_tickets.handlers.work_ticket import close_ticket, take_ticket
from ispbot_tickets.handlers.write import add_note, reply_to_ticket
from ispbot_tickets.store.conversations import Changed
from ispbot_tickets.store.store import Store

ANA = AgentRef(id="u-ana", name="Ana")
AT_ONCE = timedelta(0)


class DyingStore(Store):
    """A process that dies right after the guarded write."""

    async def finish(self, changed: Changed) -> None:
        return None


async def test_an_answer_written_just_before_the_crash_is_archived_and_sent_once(world, database):
    ticket_id = await world.taken_ticket("c1")
    dying = DyingStore(database, world.bus)
    reply = ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b1", content=TextContent(text="Ya reviso"))
    await reply_to_ticket(reply, store=dying)
    assert await world.lines("c1") == []
    assert (await world.bus.js.stream_info("WA")).state.messages == 0

    await world.store.sweep(older_than=AT_ONCE)
    (line,) = await world.lines("c1")
    assert (line.status, line.content.text, line.client_id) == ("queued", "Ya reviso", "b1")
    (order,) = await published(world.bus, "wa.cmd.send_message.*.*", 1)
    assert SendMessage.model_validate_json(order).id == line.message_id

    again = await world.ask(reply)  # the browser, which got no answer, tries again
    assert again.message == line
    assert await world.store.sweep(older_than=AT_ONCE) == 0
    assert (await world.bus.js.stream_info("WA")).state.messages == 1


async def test_the_browser_that_asks_again_before_the_sweep_finishes_the_answer_itself(world, database):
    ticket_id = await world.taken_ticket("c1")
    reply = ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b1", content=TextContent(text="Ya reviso"))
    await reply_to_ticket(reply, store=DyingStore(database, world.bus))
    first = (await world.ask(reply)).message
    await world.store.sweep(older_than=AT_ONCE)
    assert [line.message_id for line in await world.lines("c1")] == [first.message_id]
    assert (await world.bus.js.stream_info("WA")).state.messages == 1


async def test_a_move_written_just_before_the_crash_is_told_to_everybody(world, database):
    ticket_id = await world.open_ticket("c1")
    dying = DyingStore(database, world.bus)
    await take_ticket(TakeTicket(ticket_id=ticket_id, agent=ANA), store=dying)
    await close_ticket(CloseTicket(ticket_id=ticket_id, agent=ANA, comment="listo"), store=dying)
    assert await world.events(TicketTaken) == []
    await world.store.sweep(older_than=AT_ONCE)
    await world.has_lines("c1", 3, kind="event")
    assert (await world.texts("c1", kind="event"))[1:] == ["Ana tomó el ticket", "Ana cerró el ticket: listo"]
    assert len(await world.events(TicketClosed)) == 1


async def test_a_note_written_just_before_the_crash_is_kept(world, database):
    ticket_id = await world.taken_ticket("c1")
    note = AddNote(ticket_id=ticket_id, agent=ANA, client_id="n1", text="Ojo")
    await add_note(note, store=DyingStore(database, world.bus))
    await world.store.sweep(older_than=AT_ONCE)
    assert await world.texts("c1", kind="note") == ["Ojo"]


def answer(ticket_id: str, text: str) -> ReplyToTicket:
    return ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id=text, content=TextContent(text=text))


async def orders(world, number: int) -> list[str]:
    """Return the words that the gateway was told to send, in the stream's order."""
    bodies = await published(world.bus, "wa.cmd.send_message.*.*", number)
    return [SendMessage.model_validate_json(body).content.text for body in bodies]


async def test_an_answer_left_behind_by_a_crash_is_not_overtaken_by_the_next_one(world, database):
    ticket_id = await world.taken_ticket("c1")
    dying = DyingStore(database, world.bus)
    await reply_to_ticket(answer(ticket_id, "uno"), store=dying)
    await reply_to_ticket(answer(ticket_id, "dos"), store=dying)
    await world.ask(answer(ticket_id, "tres"))
    assert await orders(world, 3) == ["uno", "dos", "tres"]
    assert await world.texts("c1") == ["uno", "dos", "tres"]
    assert await world.store.sweep(older_than=AT_ONCE) == 0
    assert (await world.bus.js.stream_info("WA")).state.messages == 3
    assert not (await world.store.conversations.load("c1")).untold  # the next answer needs no look at the outbox


async def test_a_closing_does_not_overtake_an_answer_left_behind_by_a_crash(world, database):
    ticket_id = await world.taken_ticket("c1")
    await reply_to_ticket(answer(ticket_id, "uno"), store=DyingStore(database, world.bus))
    await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA, comment="listo"))
    assert await orders(world, 1) == ["uno"]  # told before the question about the closing was answered
    assert len(await world.events(TicketClosed)) == 1


async def test_a_database_that_refuses_lines_does_not_end_the_relay(world, database):
    ticket_id = await world.taken_ticket("c1")
    await reply_to_ticket(answer(ticket_id, "uno"), store=DyingStore(database, world.bus))
    await database.command("collMod", "lines", validator={"never": {"$exists": True}})
    with pytest.raises(Retryable):
        await world.store.sweep(older_than=AT_ONCE)
    relay = asyncio.create_task(world.store.relay(older_than=AT_ONCE, every_s=0.01))
    with capture_logs() as logs:
        await eventually(lambda: relay.done() or len([log for log in logs if log["event"] == "relay_waits"]) > 1)
    await database.command("collMod", "lines", validator={})
    assert await orders(world, 1) == ["uno"]
    relay.cancel()


async def test_nothing_waits_in_the_outbox_after_an_undisturbed_answer(world):
    ticket_id = await world.taken_ticket("c1")
    await world.ask(ReplyToTicket(ticket_id=ticket_id, agent=ANA, client_id="b", content=TextContent(text="ok")))
    assert await world.store.sweep(older_than=AT_ONCE) == 0
