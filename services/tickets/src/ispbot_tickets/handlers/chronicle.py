"""Our own ticket events, written down: the event line in the conversation, the histories, the day's numbers.

A question's change and its event are one write; what follows from the event is done here, where it comes again after a
crash.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import (
    TicketClosed,
    TicketOpened,
    TicketTaken,
    TicketTransferred,
    TicketUpdated,
    TicketView,
)
from ispbot_tickets.domain import wording
from ispbot_tickets.domain.line import Draft
from ispbot_tickets.handlers.announce import millis
from ispbot_tickets.handlers.archive import archive
from ispbot_tickets.store.store import Store


@dataclass(frozen=True)
class Chronicle:
    """Writes down what happened to tickets."""

    store: Store
    local_day: Callable[[datetime], date]
    department_name: Callable[[str], str]

    async def opened(self, event: TicketOpened) -> list[Message]:
        """Note the opening and count it."""
        await self._keep(event.ticket)
        await self.store.days.count(self.local_day(event.ticket.opened_at), "opened", event.id)
        return await self._line(event, event.ticket, wording.ticket_opened(event.ticket.number, event.ticket.reason))

    async def taken(self, event: TicketTaken) -> list[Message]:
        """Note who took it."""
        await self._keep(event.ticket)
        return await self._line(event, event.ticket, wording.ticket_taken(event.agent.name))

    async def transferred(self, event: TicketTransferred) -> list[Message]:
        """Note who handed it to whom."""
        await self._keep(event.ticket)
        target = event.to_agent.name if event.to_agent else self.department_name(event.ticket.department)
        return await self._line(event, event.ticket, wording.ticket_transferred(event.by.name, target))

    async def closed(self, event: TicketClosed) -> list[Message]:
        """Note who closed it and count it."""
        await self._keep(event.ticket)
        await self.store.days.count(self.local_day(event.ticket.closed_at or event.occurred_at), "closed", event.id)
        return await self._line(event, event.ticket, wording.ticket_closed(event.by.name, event.comment))

    async def updated(self, event: TicketUpdated) -> None:
        """Keep the histories current."""
        await self._keep(event.ticket)

    async def _keep(self, ticket: TicketView) -> None:
        """Keep a ticket's state under the person it belongs to now."""
        conversation = await self.store.conversations.load(ticket.contact_id)
        await self.store.tickets.save(ticket.model_copy(update={"contact_id": conversation.contact_id}))

    async def _line(self, event: Message, ticket: TicketView, words: str) -> list[Message]:
        draft = Draft(
            message_id=derive_id(event.id, "line"),
            at=millis(event.occurred_at),
            kind="event",
            direction=None,
            author=Author(kind=AuthorKind.SYSTEM),
            content=TextContent(text=words),
            ticket_id=ticket.ticket_id,
        )
        known = await self.store.lines.get(draft.message_id)
        conversation = await self.store.conversations.load(ticket.contact_id)
        return [*await archive(draft, cause=event, conversation=conversation, store=self.store, known=known)]
