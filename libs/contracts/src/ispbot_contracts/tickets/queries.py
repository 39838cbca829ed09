"""What can be asked of tickets and conversations, and what agents do with them."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from ispbot_contracts.base import ContactId, Frozen, Query
from ispbot_contracts.common import AgentRef, DepartmentId
from ispbot_contracts.content import Content
from ispbot_contracts.tickets.messages import ArchivedMessage, TicketView


class _Owned:
    owner: ClassVar[str] = "tickets"


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
