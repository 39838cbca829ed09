"""What the panel asks: the queue, one ticket, a page of a conversation, earlier tickets, the dashboard's numbers."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from ispbot_contracts.base import utc_now
from ispbot_contracts.tickets import (
    GetMessage,
    GetTicket,
    ListMessages,
    ListTickets,
    MessageFound,
    MessagePage,
    PreviousTickets,
    TicketFound,
    TicketList,
    TicketPage,
    TicketStats,
    TicketStatus,
    TicketView,
)
from ispbot_tickets.domain import refusals
from ispbot_tickets.domain.queue import Onlooker, matches, page_of
from ispbot_tickets.store.store import Store

_MAX_PAGE = 200
_OPENED_DAYS = 14
_CLOSED_DAYS = 30
_OPEN_CHAT = timedelta(hours=1)


async def open_tickets(store: Store) -> list[TicketView]:
    """Return every open ticket."""
    conversations = await store.conversations.of(await store.tickets.waiting_contacts())
    views = [conversation.open_view() for conversation in conversations]
    return [view for view in views if view is not None]


async def list_tickets(query: ListTickets, *, store: Store) -> TicketPage:
    """Return a page of a tab of the queue and the numbers of all tabs."""
    departments = None if query.departments is None else frozenset(query.departments)
    onlooker = Onlooker(query.agent_id, departments, query.only_agent)
    tickets = await open_tickets(store)
    shown = [ticket for ticket in tickets if onlooker.sees(ticket, query.view)]
    if query.q and query.q.strip():
        shown = [ticket for ticket in shown if matches(ticket, query.q)]
    rows, following = page_of(shown, cursor=query.cursor, limit=min(max(query.limit, 1), _MAX_PAGE))
    return TicketPage(rows=rows, next=following, counts=onlooker.counts(tickets))


async def get_ticket(query: GetTicket, *, store: Store) -> TicketFound:
    """Return one ticket, open or closed (a closed one as it was when it ended)."""
    kept = await store.tickets.get(query.ticket_id)
    if kept is None:
        raise refusals.TicketNotFound(query.ticket_id)
    if kept.status is TicketStatus.CLOSED:
        return TicketFound(ticket=kept)
    conversation = await store.conversations.load(kept.contact_id)
    live = conversation.ticket if conversation.holds(query.ticket_id) else None
    return TicketFound(ticket=conversation.view(live) if live else kept)


async def list_messages(query: ListMessages, *, store: Store) -> MessagePage:
    """Return a page of a conversation."""
    limit = min(max(query.limit, 1), _MAX_PAGE)
    conversation = await store.conversations.load(query.contact_id)
    lines = await store.lines.page(conversation.contact_id, before=_place(query.cursor), limit=limit + 1)
    page = lines[:limit]
    following = f"{page[-1].seq}.{page[-1].message_id}" if len(lines) > limit else None
    return MessagePage(messages=[line.view() for line in reversed(page)], next=following)


async def get_message(query: GetMessage, *, store: Store) -> MessageFound:
    """Return one line and the open ticket of its contact."""
    line = await store.lines.get(query.message_id)
    if line is None:
        raise refusals.MessageNotFound(query.message_id)
    conversation = await store.conversations.load(line.contact_id)
    return MessageFound(message=line.view(), open_ticket=conversation.open_view())


async def previous_tickets(query: PreviousTickets, *, store: Store) -> TicketList:
    """Return a contact's closed tickets, newest first."""
    conversation = await store.conversations.load(query.contact_id)
    limit = min(max(query.limit, 1), _MAX_PAGE)
    return TicketList(tickets=await store.tickets.closed_of(conversation.contact_id, limit))


async def get_ticket_stats(*, store: Store, local_day: Callable[[datetime], date]) -> TicketStats:
    """Return the dashboard's numbers."""
    at = utc_now()
    tickets = await open_tickets(store)
    days = await store.days.last(_CLOSED_DAYS, local_day(at))
    pending = sum(ticket.status is TicketStatus.PENDING for ticket in tickets)
    waiting = [ticket.waiting_since for ticket in tickets if ticket.waiting_since is not None]
    return TicketStats(
        pending=pending,
        in_progress=len(tickets) - pending,
        closed_30d=sum(closed for _, closed in days),
        opened_by_day=[opened for opened, _ in days[-_OPENED_DAYS:]],
        oldest_waiting_since=min(waiting, default=None),
        open_chats=await store.conversations.active_since(at - _OPEN_CHAT),
    )


def _place(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    seq, _, message_id = cursor.partition(".")
    if not seq.isdecimal():
        raise refusals.MessageNotFound(cursor)
    return int(seq), message_id
