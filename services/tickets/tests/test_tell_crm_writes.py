"""What the management system refused, or what nobody knows of, is told to staff: once, on a ticket that they see."""

import asyncio

import pytest

from ispbot_contracts.common import AgentRef, Area, AuthorKind, CustomerRef
from ispbot_contracts.crm_writes import CaseFiled, CrmWriteFailed, LeadFiled
from ispbot_contracts.tickets import CloseTicket, MessageArchived, TicketOpened
from ispbot_runtime.testing import eventually
from ispbot_tickets.handlers.tell_crm_writes import tell_failed_write

ANA = AgentRef(id="u-ana", name="Ana")
NELIDA = CustomerRef(customer_id="7", number="000007", name="Nélida Correa")
WHY = "El sistema de gestión respondió: «Departamento inexistente»."


def failed(key="f1", contact="c1", **fields) -> CrmWriteFailed:
    values = {"write_id": f"w-{key}", "write": "promise", "outcome": "unknown", "reason": WHY, "customer_id": "7"}
    return CrmWriteFailed.start(key, contact_id=contact, **(values | fields))


def a_case(ticket_id, **fields) -> CrmWriteFailed:
    return failed(**({"write": "case", "outcome": "refused", "ticket_id": ticket_id} | fields))


async def told_again(event, store):
    """Handle an event as when it is delivered again after a crash; return what it publishes."""
    return await tell_failed_write(event, store=store, department=lambda wanted: wanted)


async def closed(world, ticket_id):
    await world.ask(CloseTicket(ticket_id=ticket_id, agent=ANA, override=True))
    await world.quiet()


async def one_pending(world):
    async def there():
        return (await world.queue()).counts.pending == 1

    await eventually(there)
    return (await world.queue()).rows[0]


class TestACase:
    async def test_a_refused_one_is_noted_on_its_ticket_with_what_why_and_what_to_do(self, world):
        ticket_id = await world.open_ticket("c1")
        await world.publish(a_case(ticket_id))
        [note] = await world.has_lines("c1", 1, kind="note")
        assert note.content.text.splitlines() == [
            "Este ticket no se cargó en el sistema de gestión.",
            WHY,
            "Cargalo a mano si hace falta. Si pasa con todos, revisá Ajustes Generales → Integraciones ISP.",
        ]
        assert (note.ticket_id, note.author.kind, note.author.name) == (ticket_id, AuthorKind.SYSTEM, "Sistema")

    async def test_one_of_a_closed_ticket_is_noted_there_and_opens_nothing(self, world):
        ticket_id = await world.open_ticket("c1")
        await closed(world, ticket_id)
        await world.publish(a_case(ticket_id))
        [note] = await world.has_lines("c1", 1, kind="note")
        assert note.ticket_id == ticket_id
        assert (await world.queue()).counts.pending == 0

    async def test_one_that_an_older_adapter_told_is_noted_on_the_contacts_last_ticket(self, world):
        ticket_id = await world.open_ticket("c1")
        await closed(world, ticket_id)
        await world.publish(a_case(None))
        [note] = await world.has_lines("c1", 1, kind="note")
        assert note.ticket_id == ticket_id
        assert (await world.queue()).counts.pending == 0

    async def test_the_number_it_got_is_a_line_of_the_conversation(self, world):
        ticket_id = await world.open_ticket("c1")
        told = {"contact_id": "c1", "write_id": "w", "ticket_id": ticket_id}
        await world.publish(
            CaseFiled.start("e1", case_id="123", **told), CaseFiled.start("e2", case_id=None, **told),
            LeadFiled.start("e3", lead_id="45", **told), CaseFiled.start("e4", contact_id="c1", write_id="w", case_id="9"),
        )  # fmt: skip
        await world.quiet()
        assert set((await world.texts("c1", kind="event"))[1:]) == {
            "Cargado en el sistema de gestión con el número 123",
            "Cargado en el sistema de gestión con el número 45",
        }


class TestAPromise:
    async def test_one_that_nobody_can_confirm_is_noted_on_the_open_ticket(self, world):
        ticket_id = await world.taken_ticket("c1")
        await world.publish(failed())
        [note] = await world.has_lines("c1", 1, kind="note")
        assert note.content.text.splitlines()[0] == "Promesa de pago sin confirmar (cliente 7)."
        assert note.ticket_id == ticket_id
        await world.quiet()
        assert len(await world.events(TicketOpened)) == 1

    async def test_without_an_open_ticket_one_is_opened_for_staff(self, world):
        first = await world.open_ticket("c1", customer=NELIDA)
        await closed(world, first)
        await world.publish(world.received("c1", "prometo pagar"))
        await world.has_lines("c1", 1)
        await world.publish(failed())
        row = await one_pending(world)
        assert (row.reason, row.area, row.department) == (
            "Promesa de pago sin confirmar",
            Area.SUPPORT,
            "administracion",
        )
        assert (row.customer, row.customer_name, row.waiting_since) == (NELIDA, "Nélida Correa", row.opened_at)
        [note] = await world.has_lines("c1", 1, kind="note")
        assert (note.ticket_id, "No se sabe desde qué chat" in note.content.text) == (row.ticket_id, False)
        await world.has_lines("c1", 3, kind="event")
        assert (await world.texts("c1", kind="event"))[2] == "Se abrió el ticket #2: Promesa de pago sin confirmar"
        assert [(event.words, event.unasked) for event in await world.events(TicketOpened)] == [([], False), ([], True)]
        assert (await world.ticket(first)).status == "closed"

    async def test_one_without_a_contact_opens_a_ticket_that_says_so(self, world):
        await world.publish(failed(contact="keyofacustomer"))
        row = await one_pending(world)
        assert (row.customer_name, row.customer.customer_id, row.phone) == ("Cliente 7", "7", None)
        assert [event.unasked for event in await world.events(TicketOpened)] == [False], "there is nobody to tell"
        [note] = await world.has_lines("keyofacustomer", 1, kind="note")
        assert "no se le puede escribir" in note.content.text

    @pytest.mark.parametrize("outcome", ["refused", "unknown"])
    @pytest.mark.parametrize("write", ["payment", "undo_payment"])
    async def test_a_payment_is_for_those_who_look_after_receipts(self, world, write, outcome):
        await world.publish(failed(write=write, outcome=outcome, customer_id=None))
        row = await one_pending(world)
        assert (row.area, row.department, row.customer) == (Area.RECEIPTS, "administracion", None)
        assert "ago" in row.reason


class TestToldAgain:
    async def test_a_note_is_written_once(self, world, store):
        ticket_id = await world.open_ticket("c1")
        event = a_case(ticket_id)
        [first] = await told_again(event, store)
        [again] = await told_again(event, store)
        assert (first.id, first.message) == (again.id, again.message)
        assert len(await world.lines("c1", kind="note")) == 1

    async def test_it_opens_one_ticket_and_tells_it_again(self, world, store):
        event = failed()
        first, again = await told_again(event, store), await told_again(event, store)
        assert [message.id for message in first] == [message.id for message in again]
        assert [type(message).__name__ for message in first] == ["TicketOpened", "MessageArchived"]
        assert (await world.queue()).counts.pending == 1
        assert len(await world.lines("c1", kind="note")) == 1

    async def test_handled_in_two_places_at_once_it_opens_one_ticket(self, world, store):
        event = failed()
        await asyncio.gather(*(told_again(event, store) for _ in range(4)))
        assert (await world.queue()).counts.pending == 1
        assert len(await world.lines("c1", kind="note")) == 1

    async def test_several_at_once_of_one_contact_stand_on_one_ticket(self, world, store):
        events = [failed(f"f{n}") for n in range(4)]
        await asyncio.gather(*(told_again(event, store) for event in events))
        assert (await world.queue()).counts.pending == 1
        notes = await world.lines("c1", kind="note")
        assert (len(notes), len({note.ticket_id for note in notes})) == (4, 1)

    async def test_after_its_ticket_was_closed_it_opens_no_other(self, world, store):
        event = failed()
        await world.publish(event)
        ticket_id = (await one_pending(world)).ticket_id
        await closed(world, ticket_id)
        assert [type(message).__name__ for message in await told_again(event, store)] == ["MessageArchived"]
        await world.publish(world.wants_person("c1"))
        await one_pending(world)
        assert [type(message).__name__ for message in await told_again(event, store)] == ["MessageArchived"]
        assert len(await world.lines("c1", kind="note")) == 1

    async def test_a_crash_before_the_note_was_written_leaves_it_to_the_next_delivery(self, world, store, database):
        event = failed()
        await told_again(event, store)
        await database["lines"].delete_one({"kind": "note"})
        await database["tickets"].delete_many({})
        opened, told = await told_again(event, store)
        assert (opened.ticket.number, told.message.ticket_id) == (1, opened.ticket.ticket_id)
        assert len(await world.lines("c1", kind="note")) == 1
        assert (await world.queue()).counts.pending == 1

    async def test_at_the_very_moment_of_closing_it_still_stands_on_a_ticket_that_is_open(self, world):
        ticket_ids = [await world.open_ticket(f"c{n}") for n in range(10)]
        told = [world.publish(failed(f"f{n}", f"c{n}")) for n in range(10)]
        closes = [world.ask(CloseTicket(ticket_id=each, agent=ANA, override=True)) for each in ticket_ids]
        await asyncio.gather(*told, *closes)
        await world.quiet()
        notes = [event for event in await world.events(MessageArchived) if event.message.kind == "note"]
        assert len(notes) == 10
        assert all(event.ticket is not None for event in notes)
