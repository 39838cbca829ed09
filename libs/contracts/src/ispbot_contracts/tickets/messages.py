"""Tickets and lines of a conversation, and what happens to them."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from ispbot_contracts.base import Command, ContactId, Event, Frozen
from ispbot_contracts.common import AgentRef, Area, Author, CustomerRef, DeliveryStatus, DepartmentId
from ispbot_contracts.content import Content


class _Owned:
    owner: ClassVar[str] = "tickets"


class TicketStatus(StrEnum):
    """The manual's three states."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class TicketView(Frozen):
    """A ticket as lists and live updates show it."""

    ticket_id: str
    number: int
    version: int
    """Grows with each change: the higher one wins."""
    status: TicketStatus
    area: Area
    department: DepartmentId
    contact_id: ContactId
    customer: CustomerRef | None
    customer_name: str
    phone: str | None
    reason: str
    summary: str | None
    opened_at: AwareDatetime
    waiting_since: AwareDatetime | None
    """Since when the customer waits for a person; None when we wrote last or it is closed."""
    assignee: AgentRef | None
    zone_id: str | None
    zone_name: str | None
    unread: int
    last_message_at: AwareDatetime | None
    preview: str
    preview_author: Author | None
    closed_at: AwareDatetime | None
    closed_by: AgentRef | None
    close_comment: str | None


class OpenTicket(_Owned, Command):
    """A customer needs a person. With a ticket already open for the contact, that one is kept and told about."""

    name: ClassVar[str] = "open_ticket"
    contact_id: ContactId
    area: Area
    department: DepartmentId
    reason: str
    customer: CustomerRef | None = None
    customer_name: str
    phone: str | None = None
    zone_id: str | None = None
    zone_name: str | None = None


class TicketOpened(_Owned, Event):
    """A new ticket waits in the queue. ``words`` are the customer's last messages, oldest first."""

    name: ClassVar[str] = "ticket_opened"
    contact_id: ContactId
    ticket: TicketView
    words: list[str]
    unasked: bool = False
    """The customer did not ask for a person and knows nothing of it: the bot says so before it falls silent."""


class TicketTaken(_Owned, Event):
    """An agent took the ticket: exactly one did."""

    name: ClassVar[str] = "ticket_taken"
    contact_id: ContactId
    ticket: TicketView
    agent: AgentRef


class TicketTransferred(_Owned, Event):
    """The ticket went to another agent or back to a department's queue."""

    name: ClassVar[str] = "ticket_transferred"
    contact_id: ContactId
    ticket: TicketView
    by: AgentRef
    to_agent: AgentRef | None
    to_department: DepartmentId | None


class TicketClosed(_Owned, Event):
    """The case is resolved; the bot may speak again.

    ``heard_until``: when the customer sent the last message that the agent could read before closing. Whoever gets to that
    message later than to this event must not take it for words to the bot.
    ``joined_ids``: the tickets that went on in this one when their contact turned out to be the same person. No closing of
    their own is told: they end with this one.
    """

    name: ClassVar[str] = "ticket_closed"
    contact_id: ContactId
    ticket: TicketView
    by: AgentRef
    comment: str | None
    heard_until: AwareDatetime | None = None
    joined_ids: list[str] = []


class TicketUpdated(_Owned, Event):
    """Something else of the ticket changed: summary, unread, waiting time, last message."""

    name: ClassVar[str] = "ticket_updated"
    contact_id: ContactId
    ticket: TicketView


class QuotedView(Frozen):
    """The message that another one answers."""

    message_id: str
    text: str
    author: Author


class ArchivedMessage(Frozen):
    """One line of a conversation: a message, an internal note or an event of the ticket."""

    message_id: str
    contact_id: ContactId
    seq: int
    """Position in the conversation: grows with each line."""
    version: int
    """Grows with each change of this line."""
    at: AwareDatetime
    kind: Literal["message", "note", "event"]
    direction: Literal["in", "out"] | None
    author: Author
    content: Content
    wa_id: str | None
    quoted: QuotedView | None
    reactions: list[str]
    edited: bool
    deleted: bool
    media_state: Literal["none", "pending", "stored", "failed"]
    media_failure: str | None
    status: DeliveryStatus | None
    """Of outgoing messages."""
    failure: str | None
    ticket_id: str | None
    client_id: str | None
    """What the browser called its own unsent message."""


class MessageArchived(_Owned, Event):
    """A new line stands in a conversation."""

    name: ClassVar[str] = "message_archived"
    contact_id: ContactId
    message: ArchivedMessage
    ticket: TicketView | None


class MessageUpdated(_Owned, Event):
    """A line changed: ticks, media, edit, deletion, reaction."""

    name: ClassVar[str] = "message_updated"
    contact_id: ContactId
    message: ArchivedMessage
    ticket_id: str | None
