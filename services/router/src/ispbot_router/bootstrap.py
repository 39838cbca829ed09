"""Where the router's parts meet."""

from functools import partial

from ispbot_contracts.scheduler import VisitBooked
from ispbot_contracts.tickets import TicketClosed, TicketOpened, TicketTransferred
from ispbot_contracts.whatsapp import ContactMerged, MessageReceived, MessageSent
from ispbot_router.desk import Desk
from ispbot_router.handlers.agent_spoke import agent_spoke
from ispbot_router.handlers.follow_ticket import ticket_closed, ticket_opened, ticket_transferred
from ispbot_router.handlers.merge_contacts import merge_contacts
from ispbot_router.handlers.receive_message import receive_message
from ispbot_router.handlers.settle_visit import visit_booked
from ispbot_router.neighbours import Agenda, Crm
from ispbot_router.store import Sessions
from ispbot_runtime.service import Service


async def bootstrap(service: Service) -> None:
    """Wire the router."""
    crm = Crm(service.bus)
    desk = Desk(watch=service.watch, crm=crm, agenda=Agenda(service.bus))
    sessions = Sessions(service.database)
    service.bus.consume(
        "conversation",
        {
            MessageReceived: partial(receive_message, desk=desk, sessions=sessions),
            MessageSent: partial(agent_spoke, desk=desk, sessions=sessions),
            ContactMerged: partial(merge_contacts, sessions=sessions),
            TicketOpened: partial(ticket_opened, desk=desk, sessions=sessions),
            TicketTransferred: partial(ticket_transferred, desk=desk),
            TicketClosed: partial(ticket_closed, desk=desk, sessions=sessions),
        },
        order="partition",
    )
    service.bus.consume("visits", {VisitBooked: partial(visit_booked, desk=desk, sessions=sessions)}, order="none")
    service.health.limits["crm"] = crm.limit
    service.background(crm.follow(), "crm_status")
