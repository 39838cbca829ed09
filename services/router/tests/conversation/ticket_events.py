"""Events of tickets as the service tickets tells them, put before the router's handlers."""

from datetime import datetime

from ispbot_contracts.common import AgentRef, Area
from ispbot_contracts.tickets import TicketClosed, TicketOpened, TicketStatus, TicketView
from ispbot_router.handlers.follow_ticket import ticket_closed, ticket_opened

BRUNO = AgentRef(id="a1", name="Bruno")


def view(phone, number: int = 12, **changes) -> TicketView:
    fields = {
        "ticket_id": f"t{number}", "number": number, "version": 1, "status": TicketStatus.PENDING, "area": Area.SUPPORT, "department": "soporte",
        "contact_id": phone.contact, "customer": None, "customer_name": "Nélida Correa", "phone": phone.number, "reason": "Pidió hablar con una persona",
        "summary": None, "opened_at": phone.world.now(), "waiting_since": None, "assignee": None, "zone_id": None, "zone_name": "Centro", "unread": 0,
        "last_message_at": None, "preview": "", "preview_author": None, "closed_at": None, "closed_by": None, "close_comment": None,
    }  # fmt: skip
    return TicketView(**(fields | changes))


async def opened(phone, ticket: TicketView, words: tuple[str, ...] = (), *, unasked: bool = False):
    event = TicketOpened.start(
        f"opened-{ticket.number}",
        occurred_at=phone.world.now(),
        contact_id=phone.contact,
        ticket=ticket,
        words=list(words),
        unasked=unasked,
    )
    return await ticket_opened(event, desk=phone.world.desk, sessions=phone.world.sessions)


async def closed(phone, ticket: TicketView, heard_until: datetime | None = None):
    event = TicketClosed.start(
        f"closed-{ticket.number}",
        occurred_at=phone.world.now(),
        contact_id=phone.contact,
        ticket=ticket,
        by=BRUNO,
        comment="interno",
        heard_until=heard_until,
    )
    return await ticket_closed(event, desk=phone.world.desk, sessions=phone.world.sessions)
