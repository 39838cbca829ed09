"""Owner: tickets. Conversations, messages and tickets."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from ispbot_contracts.base import Command, ContactId, Event, Frozen, Query
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
    """The case is resolved; the bot may speak again."""

    name: ClassVar[str] = "ticket_closed"
    contact_id: ContactId
    ticket: TicketView
    by: AgentRef
    comment: str | None


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


class QueueCounts(Frozen):
    """The tabs' numbers as this agent sees them."""

    pending: int
    in_progress: int
    mine: int


class TicketPage(Frozen):
    """A page of the queue."""

    rows: list[TicketView]
    next: str | None
    counts: QueueCounts


class ListTickets(_Owned, Query[TicketPage]):
    """The queue, oldest waiting first. ``departments`` None sees all; ``only_agent`` hides others' tickets in progress."""

    name: ClassVar[str] = "list_tickets"
    answer: ClassVar = TicketPage
    view: Literal["pending", "in_progress", "mine"]
    agent_id: str
    departments: list[DepartmentId] | None = None
    only_agent: bool = False
    q: str | None = None
    cursor: str | None = None
    limit: int = 50


class TicketFound(Frozen):
    """A ticket."""

    ticket: TicketView


class GetTicket(_Owned, Query[TicketFound]):
    """One ticket. Refusal: ticket_not_found."""

    name: ClassVar[str] = "get_ticket"
    answer: ClassVar = TicketFound
    ticket_id: str


class MessagePage(Frozen):
    """Lines of a conversation, oldest first; ``next`` leads to older ones."""

    messages: list[ArchivedMessage]
    next: str | None


class ListMessages(_Owned, Query[MessagePage]):
    """A page of a conversation, newest page first without a cursor."""

    name: ClassVar[str] = "list_messages"
    answer: ClassVar = MessagePage
    contact_id: ContactId
    cursor: str | None = None
    limit: int = 50


class MessageFound(Frozen):
    """A line with the open ticket of its contact, if any."""

    message: ArchivedMessage
    open_ticket: TicketView | None


class GetMessage(_Owned, Query[MessageFound]):
    """One line (to serve its media). Refusal: message_not_found."""

    name: ClassVar[str] = "get_message"
    answer: ClassVar = MessageFound
    message_id: str


class _AgentAction(_Owned, Query[TicketFound]):
    answer: ClassVar = TicketFound
    ticket_id: str
    agent: AgentRef
    override: bool = False
    """An administrator or supervisor may act on a ticket that another agent holds."""


class TakeTicket(_AgentAction):
    """Take a pending ticket. Refusals: ticket_not_found, ticket_taken (details.agent), ticket_closed."""

    name: ClassVar[str] = "take_ticket"


class TransferTicket(_AgentAction):
    """Hand it to an agent or a department. Refusals: ticket_not_found, not_yours, ticket_closed."""

    name: ClassVar[str] = "transfer_ticket"
    to_agent: AgentRef | None = None
    to_department: DepartmentId | None = None


class CloseTicket(_AgentAction):
    """Close it. Refusals: ticket_not_found, not_yours, ticket_closed."""

    name: ClassVar[str] = "close_ticket"
    comment: str | None = None


class MarkSeen(_AgentAction):
    """The agent has read the conversation: unread becomes zero."""

    name: ClassVar[str] = "mark_seen"


class MessageWritten(Frozen):
    """The line that was written."""

    message: ArchivedMessage


class ReplyToTicket(_Owned, Query[MessageWritten]):
    """Answer the customer; the same ``client_id`` again has one effect. Refusals: ticket_not_found, not_yours, ticket_closed."""

    name: ClassVar[str] = "reply_to_ticket"
    answer: ClassVar = MessageWritten
    ticket_id: str
    agent: AgentRef
    client_id: str
    content: Content
    quoted_message_id: str | None = None


class AddNote(_Owned, Query[MessageWritten]):
    """Write an internal note that never leaves."""

    name: ClassVar[str] = "add_note"
    answer: ClassVar = MessageWritten
    ticket_id: str
    agent: AgentRef
    client_id: str
    text: str


class TicketList(Frozen):
    """Tickets, newest first."""

    tickets: list[TicketView]


class PreviousTickets(_Owned, Query[TicketList]):
    """Earlier tickets of a contact."""

    name: ClassVar[str] = "previous_tickets"
    answer: ClassVar = TicketList
    contact_id: ContactId
    limit: int = 10


class TicketStats(Frozen):
    """Numbers for the dashboard. ``opened_by_day`` and ``open_trend`` are the last 14 local days, oldest first."""

    pending: int
    in_progress: int
    closed_30d: int
    opened_by_day: list[int]
    oldest_waiting_since: AwareDatetime | None
    open_chats: int
    """Conversations with a customer message in the last hour."""


class GetTicketStats(_Owned, Query[TicketStats]):
    """Ask for the dashboard's numbers."""

    name: ClassVar[str] = "get_ticket_stats"
    answer: ClassVar = TicketStats
