"""The tickets service wired to the real bus and database, and a hand that plays its neighbours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.common import AgentRef, Area, Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import GetTicket, ListMessages, ListTickets, OpenTicket, TakeTicket
from ispbot_contracts.whatsapp import MessageReceived, MessageSent
from ispbot_runtime.bus import Bus
from ispbot_runtime.testing import eventually
from ispbot_tickets.bus import Surroundings, register
from ispbot_tickets.store.store import Store

ANA = AgentRef(id="u-ana", name="Ana")
LUIS = AgentRef(id="u-luis", name="Luis")
BOT = Author(kind=AuthorKind.BOT)
NAMES = {"ventas": "Ventas"}


def local_day(at: datetime) -> date:
    return at.astimezone(UTC).date()


SURROUNDINGS = Surroundings(
    local_day=local_day, department_name=lambda key: NAMES.get(key, key), department=lambda wanted: wanted
)


@dataclass
class World:
    """The neighbours: what the gateway and the router publish and what the panel asks."""

    bus: Bus
    store: Store
    _n: Any = field(default_factory=count)

    async def ask(self, query):
        return await self.bus.ask(query)

    async def publish(self, *messages: Message) -> None:
        for message in messages:
            await self.bus.publish(message)

    def received(self, contact: str, text: str, *, wa_id: str | None = None, at: datetime | None = None, **fields):
        wa_id = wa_id or f"W{next(self._n)}"
        values = {
            "contact_id": contact, "chat_kind": "direct", "chat": f"{contact}@lid", "wa_id": wa_id, "from_me": False,
            "phone": "5493515550001", "push_name": "Nélida", "sent_at": at or utc_now(), "content": TextContent(text=text),
        }  # fmt: skip
        return MessageReceived.start(f"in-{contact}-{wa_id}", **(values | fields))

    def sent(self, contact: str, text: str, *, send_id: str | None = None, wa_id: str | None = None, **fields):
        send_id = send_id or f"send{next(self._n)}"
        values = {"author": BOT, "content": TextContent(text=text), "sent_at": utc_now()} | fields
        return MessageSent.start(
            f"sent-{send_id}", contact_id=contact, send_id=send_id, wa_id=wa_id or f"OUT-{send_id}", **values
        )

    def wants_person(self, contact: str, *, key: str | None = None, **fields):
        values = {
            "area": Area.SUPPORT, "department": "soporte", "reason": "Hablar con un asesor",
            "customer_name": "Nélida Correa", "phone": "5493515550001",
        }  # fmt: skip
        return OpenTicket.start(key or f"open{next(self._n)}", contact_id=contact, **(values | fields))

    async def lines(self, contact: str, *, kind: str | None = "message", limit: int = 100):
        page = await self.ask(ListMessages(contact_id=contact, limit=limit))
        return [line for line in page.messages if kind is None or line.kind == kind]

    async def texts(self, contact: str, *, kind: str | None = "message"):
        return [line.content.text for line in await self.lines(contact, kind=kind)]

    async def has_lines(self, contact: str, number: int, *, kind: str | None = "message"):
        async def enough() -> bool:
            return len(await self.lines(contact, kind=kind)) >= number

        await eventually(enough)
        return await self.lines(contact, kind=kind)

    async def queue(self, view: str = "pending", agent: AgentRef = ANA, **fields):
        return await self.ask(ListTickets(view=view, agent_id=agent.id, **fields))

    async def open_ticket(self, contact: str, **fields):
        """Open a ticket and wait until its opening stands in the conversation."""
        await self.publish(self.wants_person(contact, **fields))
        await self.has_lines(contact, 1, kind="event")
        conversation = await self.store.conversations.load(contact)
        assert conversation.open_ticket is not None
        return conversation.open_ticket.ticket_id

    async def taken_ticket(self, contact: str, agent: AgentRef = ANA, **fields):
        ticket_id = await self.open_ticket(contact, **fields)
        await self.ask(TakeTicket(ticket_id=ticket_id, agent=agent))
        return ticket_id

    async def ticket(self, ticket_id: str):
        return (await self.ask(GetTicket(ticket_id=ticket_id))).ticket

    async def quiet(self) -> None:
        """Wait until everything published has been handled."""

        async def idle() -> bool:
            for stream in ("WA", "TICKETS", "AI", "CRM"):
                for consumer in await self.bus.js.consumers_info(stream):
                    if consumer.num_pending or consumer.num_ack_pending:
                        return False
            return True

        await eventually(idle)

    async def events(self, kind: type[Message]):
        """Return every published message of a type, in order."""
        info = await self.bus.js.stream_info("TICKETS", subjects_filter=f"{kind.owner}.{kind.flavour}.{kind.name}.>")
        expected = sum((info.state.subjects or {}).values())
        subject = f"{kind.owner}.{kind.flavour}.{kind.name}.*.*"
        subscription = await self.bus.js.subscribe(subject, stream="TICKETS", ordered_consumer=True)
        try:
            return [kind.model_validate_json((await subscription.next_msg(5)).data) for _ in range(expected)]
        finally:
            await subscription.unsubscribe()


@pytest.fixture
async def store(database, make_bus) -> Store:
    bus = await make_bus("tickets")
    store = Store(database, bus)
    await store.prepare()
    register(bus, store, SURROUNDINGS)
    await bus.start()
    return store


@pytest.fixture
async def world(store, make_bus) -> AsyncIterator[World]:
    bus = await make_bus("neighbours")
    await bus.start()
    return World(bus, store)


def minutes_ago(minutes: float) -> datetime:
    return utc_now() - timedelta(minutes=minutes)
