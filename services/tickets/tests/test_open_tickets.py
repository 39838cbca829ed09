"""A ticket is opened: once, whoever asks and however often."""

import asyncio

import pytest

from ispbot_contracts.ai import TicketSummarised
from ispbot_contracts.common import AgentRef
from ispbot_contracts.tickets import (
    CloseTicket,
    OpenTicket,
    TicketOpened,
)
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually
from ispbot_tickets.handlers.open_ticket import open_ticket

ANA = AgentRef(id="u-ana", name="Ana")
LUIS = AgentRef(id="u-luis", name="Luis")


async def refused(question) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await question
    return caught.value


class TestOpening:
    async def test_a_new_ticket_waits_in_the_queue_with_the_customers_words(self, world):
        await world.publish(
            world.received("c1", "hola"),
            world.sent("c1", "¿En qué te ayudo?"),
            world.received("c1", "no anda internet"),
        )
        await world.has_lines("c1", 3)
        await world.open_ticket("c1")
        (row,) = (await world.queue()).rows
        assert (row.customer_name, row.status, row.reason, row.preview) == (
            "Nélida Correa", "pending", "Hablar con un asesor", "no anda internet",
        )  # fmt: skip
        assert row.waiting_since == row.opened_at
        assert row.unread == 2
        (opened,) = await world.events(TicketOpened)
        assert opened.words == ["hola", "no anda internet"]
        assert await world.texts("c1", kind="event") == ["Se abrió el ticket #1: Hablar con un asesor"]

    async def test_the_message_that_asked_belongs_to_the_words_even_when_it_is_archived_later(self, world):
        asked = world.received("c1", "quiero hablar con alguien")
        wants = world.wants_person("c1")
        await world.publish(
            OpenTicket.caused_by(
                asked, "open", **wants.model_dump(exclude={"id", "occurred_at", "correlation_id", "causation_id"})
            )
        )
        await world.publish(asked)
        await world.has_lines("c1", 1, kind="event")
        (opened,) = await world.events(TicketOpened)
        assert opened.words == ["quiero hablar con alguien"]

    async def test_asking_again_while_a_ticket_is_open_opens_no_second_one(self, world):
        first = await world.open_ticket("c1")
        await world.publish(world.wants_person("c1", reason="Sin servicio"))
        await world.has_lines("c1", 2, kind="event")
        assert [row.ticket_id for row in (await world.queue()).rows] == [first]
        assert (await world.texts("c1", kind="event"))[1] == "El cliente volvió a pedir atención: Sin servicio"
        assert len(await world.events(TicketOpened)) == 1

    async def test_two_requests_at_the_same_moment_open_one_ticket(self, world, store):
        commands = [world.wants_person("c1") for _ in range(6)]
        await asyncio.gather(*(open_ticket(command, store=store) for command in commands))
        assert (await world.queue()).counts.pending == 1

    async def test_the_same_request_twice_is_one_ticket_and_one_event(self, world, store):
        command = world.wants_person("c1")
        (first,) = await open_ticket(command, store=store)
        (again,) = await open_ticket(command, store=store)
        assert (first.id, first.ticket) == (again.id, again.ticket)

    async def test_an_old_request_that_comes_again_after_the_case_ended_opens_nothing(self, world, store):
        command = world.wants_person("c1")
        await world.publish(command)
        await world.has_lines("c1", 1, kind="event")
        ticket_id = (await world.queue()).rows[0].ticket_id
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA, override=True))
        assert await open_ticket(command, store=store) == []
        second = await world.publish(world.wants_person("c1"))
        assert second is None
        await world.quiet()
        assert await open_ticket(command, store=store) == []
        assert [row.number for row in (await world.queue()).rows] == [2]

    async def test_a_repeated_wish_that_comes_again_after_the_close_opens_nothing(self, world, store):
        ticket_id = await world.taken_ticket("c1")
        again = world.wants_person("c1")
        await open_ticket(again, store=store)
        await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA))
        await open_ticket(again, store=store)  # delivered again: its acknowledgement was lost in a crash
        assert (await world.queue()).counts.pending == 0
        assert (await world.texts("c1", kind="event")).count(
            "El cliente volvió a pedir atención: Hablar con un asesor"
        ) == 1

    async def test_numbers_grow_and_are_never_doubled(self, world, store):
        commands = [world.wants_person(f"c{n}") for n in range(30)]
        await asyncio.gather(*(open_ticket(command, store=store) for command in commands))
        numbers = [row.number for row in (await world.queue()).rows]
        assert sorted(numbers) == list(range(1, 31))

    async def test_the_summary_and_the_class_of_the_reason_are_shown_when_they_are_read(self, world):
        ticket_id = await world.open_ticket("c1")
        await world.publish(summarised("s1", ticket_id, "Otro motivo", 0.1))
        await eventually(lambda: _shows(world, ticket_id, "Hablar con un asesor", "No navega desde ayer"))
        await world.publish(summarised("s2", ticket_id, "Sin servicio", 0.9))
        await eventually(lambda: _shows(world, ticket_id, "Sin servicio", "No navega desde ayer"))

    @pytest.mark.parametrize(("confidence", "reason"), [(0.9, "Sin servicio"), (0.1, "Hablar con un asesor")])
    async def test_a_case_that_ended_and_made_room_for_another_is_summarised_too(self, world, confidence, reason):
        ended = await world.taken_ticket("c1")
        await world.ask(CloseTicket(ticket_id=ended, agent=ANA))
        await world.quiet()
        await world.publish(world.wants_person("c1"))
        await world.quiet()
        await world.publish(summarised("s1", ended, "Sin servicio", confidence))
        await eventually(lambda: _shows(world, ended, reason, "No navega desde ayer"))
        assert [row.summary for row in (await world.queue()).rows] == [None]


def summarised(key: str, ticket_id: str, reason: str, confidence: float) -> TicketSummarised:
    return TicketSummarised.start(
        key, contact_id="c1", ticket_id=ticket_id, reason=reason, summary="No navega desde ayer", provider="local",
        model=None, confidence=confidence, degraded=False,
    )  # fmt: skip


async def _shows(world, ticket_id: str, reason: str, summary: str) -> bool:
    ticket = await world.ticket(ticket_id)
    return (ticket.reason, ticket.summary) == (reason, summary)
