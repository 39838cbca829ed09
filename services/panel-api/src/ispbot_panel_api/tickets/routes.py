"""OmniChat: the queue, a conversation, and what an agent does with a ticket."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from ispbot_contracts.settings import AttentionSettings
from ispbot_contracts.tickets import (
    AddNote,
    CloseTicket,
    ListMessages,
    MarkSeen,
    ReplyToTicket,
    TakeTicket,
    TransferTicket,
)
from ispbot_contracts.whatsapp import ShowTyping
from ispbot_panel_api.live.hints import AgentTyping
from ispbot_panel_api.parts import Agent, OriginDep, PartsDep
from ispbot_panel_api.permissions import Permission
from ispbot_panel_api.shapes import Done
from ispbot_panel_api.tickets.access import queue_query, visible_ticket
from ispbot_panel_api.tickets.models import (
    CloseBody,
    MessagePage,
    MessageView,
    NoteBody,
    QueueView,
    ReplyBody,
    TicketDetail,
    TicketPage,
    TicketRow,
    TransferBody,
    TypingBody,
)
from ispbot_panel_api.tickets.replies import content_of
from ispbot_panel_api.tickets.targets import transfer_target
from ispbot_panel_api.tickets.views import counts_view, message_view, ticket_detail, ticket_row

router = APIRouter(prefix="/api/tickets")

TicketId = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=200)]


@router.get("")
async def list_tickets(
    view: QueueView,
    parts: PartsDep,
    staff: Agent,
    q: Annotated[str | None, Query(max_length=100)] = None,
    before: Cursor = None,
) -> TicketPage:
    """Return a page of a tab of the queue, longest waiting first."""
    page = await parts.bus.ask(queue_query(staff.user, view, q=q, cursor=before))
    attention = parts.watch.current(AttentionSettings)
    rows = [ticket_row(ticket, attention) for ticket in page.rows]
    return TicketPage(rows=rows, next=page.next, counts=counts_view(page.counts))


@router.get("/{ticket_id}")
async def get_ticket(ticket_id: TicketId, parts: PartsDep, staff: Agent) -> TicketDetail:
    """Return one ticket."""
    ticket = await visible_ticket(parts.bus, staff.user, ticket_id)
    return ticket_detail(ticket, parts.watch.current(AttentionSettings))


@router.get("/{ticket_id}/messages")
async def list_messages(
    ticket_id: TicketId,
    parts: PartsDep,
    staff: Agent,
    before: Cursor = None,
    limit: Annotated[int | None, Query(ge=1, le=200)] = None,
) -> MessagePage:
    """Return a page of the conversation that the ticket belongs to, newest page first, 50 lines when not told."""
    ticket = await visible_ticket(parts.bus, staff.user, ticket_id)
    page = await parts.bus.ask(ListMessages(contact_id=ticket.contact_id, cursor=before, limit=limit or 50))
    return MessagePage(messages=[message_view(line) for line in page.messages], next=page.next)


@router.post("/{ticket_id}/take")
async def take_ticket(ticket_id: TicketId, parts: PartsDep, staff: Agent, origin: OriginDep) -> TicketRow:
    """Take a pending ticket: of several agents exactly one gets it."""
    await visible_ticket(parts.bus, staff.user, ticket_id)
    async with parts.audit.change("ticket.take", actor=staff.user, origin=origin, target=ticket_id):
        found = await parts.bus.ask(TakeTicket(ticket_id=ticket_id, agent=staff.user.ref))
    return ticket_row(found.ticket, parts.watch.current(AttentionSettings))


@router.post("/{ticket_id}/reply")
async def reply_to_ticket(ticket_id: TicketId, body: ReplyBody, parts: PartsDep, staff: Agent) -> MessageView:
    """Answer the customer; the same ``client_id`` again has one effect."""
    await visible_ticket(parts.bus, staff.user, ticket_id)
    written = await parts.bus.ask(
        ReplyToTicket(
            ticket_id=ticket_id,
            agent=staff.user.ref,
            client_id=body.client_id,
            content=await content_of(body, uploads=parts.uploads, user_id=staff.user.id),
            quoted_message_id=body.quoted_id,
        )
    )
    return message_view(written.message)


@router.post("/{ticket_id}/note")
async def add_note(ticket_id: TicketId, body: NoteBody, parts: PartsDep, staff: Agent) -> MessageView:
    """Write an internal note that never leaves."""
    await visible_ticket(parts.bus, staff.user, ticket_id)
    query = AddNote(ticket_id=ticket_id, agent=staff.user.ref, client_id=body.client_id, text=body.text)
    return message_view((await parts.bus.ask(query)).message)


@router.post("/{ticket_id}/transfer")
async def transfer_ticket(
    ticket_id: TicketId, body: TransferBody, parts: PartsDep, staff: Agent, origin: OriginDep
) -> TicketRow:
    """Hand the ticket to a colleague or back to a department's queue."""
    ticket = await visible_ticket(parts.bus, staff.user, ticket_id)
    attention = parts.watch.current(AttentionSettings)
    agent, department = await transfer_target(body, users=parts.users, attention=attention)
    async with parts.audit.change("ticket.transfer", actor=staff.user, origin=origin, target=ticket_id) as entry:
        entry.before = {"assignee": ticket.assignee.id if ticket.assignee else None, "department": ticket.department}
        found = await parts.bus.ask(
            TransferTicket(
                ticket_id=ticket_id,
                agent=staff.user.ref,
                override=staff.user.may(Permission.OMNICHAT_ALL),
                to_agent=agent,
                to_department=department,
            )
        )
        entry.after = {"assignee": agent.id if agent else None, "department": found.ticket.department}
    return ticket_row(found.ticket, attention)


@router.post("/{ticket_id}/close")
async def close_ticket(
    ticket_id: TicketId, body: CloseBody, parts: PartsDep, staff: Agent, origin: OriginDep
) -> TicketRow:
    """Close the case; the bot may speak again."""
    await visible_ticket(parts.bus, staff.user, ticket_id)
    override = staff.user.may(Permission.OMNICHAT_ALL)
    query = CloseTicket(ticket_id=ticket_id, agent=staff.user.ref, override=override, comment=body.comment or None)
    async with parts.audit.change("ticket.close", actor=staff.user, origin=origin, target=ticket_id):
        found = await parts.bus.ask(query)
    return ticket_row(found.ticket, parts.watch.current(AttentionSettings))


@router.post("/{ticket_id}/seen")
async def mark_seen(ticket_id: TicketId, parts: PartsDep, staff: Agent) -> TicketRow:
    """The agent has read the conversation: unread becomes zero."""
    await visible_ticket(parts.bus, staff.user, ticket_id)
    found = await parts.bus.ask(MarkSeen(ticket_id=ticket_id, agent=staff.user.ref))
    return ticket_row(found.ticket, parts.watch.current(AttentionSettings))


@router.post("/{ticket_id}/typing")
async def show_typing(ticket_id: TicketId, body: TypingBody, parts: PartsDep, staff: Agent) -> Done:
    """Show "escribiendo…" to the customer and to colleagues."""
    ticket = await visible_ticket(parts.bus, staff.user, ticket_id)
    if ticket.assignee is not None and ticket.assignee.id == staff.user.id:
        await parts.bus.hint(ShowTyping(contact_id=ticket.contact_id, typing=body.typing))
    await parts.bus.hint(AgentTyping(contact_id=ticket.contact_id, agent=staff.user.ref, typing=body.typing))
    return Done(ok=True)
