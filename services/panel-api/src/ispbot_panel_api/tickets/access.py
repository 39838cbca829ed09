"""Which tickets a person may see: everything, or one's own and those that wait in one's own departments (table R)."""

from ispbot_contracts.tickets import GetTicket, ListTickets, MessageFound, TicketStatus, TicketView
from ispbot_panel_api.failures import Failure
from ispbot_panel_api.permissions import Permission
from ispbot_panel_api.tickets.models import QueueView
from ispbot_panel_api.users.store import User
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal


def sees(user: User, ticket: TicketView) -> bool:
    """Tell whether a person may see a ticket and its conversation."""
    if user.may(Permission.OMNICHAT_ALL):
        return True
    if ticket.assignee is not None:
        return ticket.assignee.id == user.id
    return ticket.status is TicketStatus.PENDING and ticket.department in user.departments


def queue_query(
    user: User, view: QueueView, *, q: str | None = None, cursor: str | None = None, limit: int = 50
) -> ListTickets:
    """Return the question for a tab of the queue as this person may see it."""
    everything = user.may(Permission.OMNICHAT_ALL)
    return ListTickets(
        view=view,
        agent_id=user.id,
        departments=None if everything else list(user.departments),
        only_agent=not everything,
        q=q,
        cursor=cursor,
        limit=limit,
    )


async def visible_ticket(bus: Bus, user: User, ticket_id: str) -> TicketView:
    """Return a ticket that the person may see. Raises Refusal ticket_not_found, Failure 403, Unavailable."""
    ticket = (await bus.ask(GetTicket(ticket_id=ticket_id))).ticket
    if not sees(user, ticket):
        raise _not_visible()
    return ticket


async def check_sees_message(bus: Bus, user: User, found: MessageFound) -> None:
    """Accept a line whose conversation the person may see, now or in the ticket it belongs to. Raises Failure 403."""
    if user.may(Permission.OMNICHAT_ALL) or (found.open_ticket is not None and sees(user, found.open_ticket)):
        return
    if found.message.ticket_id is None:
        raise _not_visible()
    try:
        await visible_ticket(bus, user, found.message.ticket_id)
    except Refusal as refusal:
        raise _not_visible() from refusal


def _not_visible() -> Failure:
    message = "Este ticket no es tuyo ni espera en tus departamentos."
    return Failure(403, "ticket_not_visible", message)
