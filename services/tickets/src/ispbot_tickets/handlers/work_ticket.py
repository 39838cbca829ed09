"""What an agent does with a ticket: take, transfer, close, read. The conversation's version decides who was first."""

from collections.abc import Callable

from ispbot_contracts.tickets import (
    CloseTicket,
    MarkSeen,
    TakeTicket,
    TicketClosed,
    TicketFound,
    TicketStatus,
    TicketTaken,
    TicketTransferred,
    TicketUpdated,
    TransferTicket,
)
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_tickets.domain import refusals
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.ticket import Ticket
from ispbot_tickets.handlers.announce import moved, now
from ispbot_tickets.store.conversations import Announce
from ispbot_tickets.store.store import Store

log = get_logger(__name__)


async def take_ticket(query: TakeTicket, *, store: Store) -> TicketFound:
    """Give the ticket to the agent: exactly one of several gets it."""
    return await _move(
        query.ticket_id,
        lambda ticket: ticket.take(query.agent),
        lambda _, after: [moved(TicketTaken, after, agent=query.agent)],
        store=store,
        fact="ticket_taken",
    )


async def transfer_ticket(query: TransferTicket, *, store: Store) -> TicketFound:
    """Hand the ticket to an agent or back to a department's queue."""
    at = now()

    def transfer(ticket: Ticket) -> Ticket:
        return ticket.transfer(
            query.agent,
            to_agent=query.to_agent,
            to_department=query.to_department,
            at=at,
            override=query.override,
        )

    return await _move(
        query.ticket_id,
        transfer,
        lambda _, after: [
            moved(
                TicketTransferred,
                after,
                by=query.agent,
                to_agent=query.to_agent,
                to_department=query.to_department,
            )
        ],
        store=store,
        fact="ticket_transferred",
    )


async def close_ticket(query: CloseTicket, *, store: Store) -> TicketFound:
    """Resolve the case."""
    at = now()

    def closed(_: Conversation, after: Conversation) -> list[TicketClosed]:
        ticket = after.ticket_named(query.ticket_id)
        return [
            moved(
                TicketClosed,
                after,
                by=query.agent,
                comment=ticket.close_comment,
                heard_until=after.last_inbound_at,
                joined_ids=list(ticket.joined_ids),
            )
        ]

    return await _move(
        query.ticket_id,
        lambda ticket: ticket.close(query.agent, comment=query.comment, at=at, override=query.override),
        closed,
        store=store,
        fact="ticket_closed",
    )


async def mark_seen(query: MarkSeen, *, store: Store) -> TicketFound:
    """The agent who holds the ticket has read the conversation; another one's look changes nothing."""
    conversation = await holding(query.ticket_id, store=store)
    changed = await store.conversations.change(
        conversation.contact_id,
        lambda before: before.seen(query.agent) if before.holds(query.ticket_id) else before,
        announce=lambda _, after: [moved(TicketUpdated, after)],
        known=conversation,
    )
    await store.finish(changed)
    return TicketFound(ticket=changed.conversation.view(changed.conversation.ticket_named(query.ticket_id)))


async def holding(ticket_id: str, *, store: Store) -> Conversation:
    """Return the conversation that holds a ticket. Raises TicketNotFound, TicketClosed, Unavailable amid a merge."""
    kept = await store.tickets.get(ticket_id)
    if kept is None:
        raise refusals.TicketNotFound(ticket_id)
    conversation = await store.conversations.load(kept.contact_id)
    if not conversation.holds(ticket_id):
        if kept.status is not TicketStatus.CLOSED:
            raise Unavailable("the ticket is on its way to another conversation")
        raise refusals.TicketClosed(kept.closed_by.name if kept.closed_by else None)
    return conversation


async def _move(
    ticket_id: str, move: Callable[[Ticket], Ticket], announce: Announce, *, store: Store, fact: str
) -> TicketFound:
    conversation = await holding(ticket_id, store=store)
    changed = await store.conversations.change(
        conversation.contact_id,
        lambda before: before.with_ticket(move(before.ticket_named(ticket_id))),
        announce=announce,
        known=conversation,
    )
    await store.finish(changed)
    if changed.messages:
        log.info(fact, ticket_id=ticket_id)
    return TicketFound(ticket=changed.conversation.view(changed.conversation.ticket_named(ticket_id)))
