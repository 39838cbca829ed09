"""Our tickets also stand in the management system, when the settings say so."""

from ispbot_contracts.base import Message
from ispbot_contracts.common import Area
from ispbot_contracts.crm import Capability
from ispbot_contracts.crm_writes import FileCase, FileLead
from ispbot_contracts.settings import CrmSettings
from ispbot_contracts.tickets import TicketOpened
from ispbot_crm_adapter.connection import CurrentCrm

_TEXT_MAX = 2000


async def mirror_ticket(event: TicketOpened, *, crm: CurrentCrm) -> list[Message]:
    """Return the command that files the ticket as a case (a known customer's) or as a lead (a stranger's sales ticket)."""
    settings, opened = crm.watch.current(CrmSettings), crm.opened
    can = opened.client.capabilities if opened is not None else frozenset()
    ticket = event.ticket
    title = f"{ticket.reason} (ticket {ticket.number})"
    text = "\n".join(part for part in (ticket.summary or "", *event.words) if part)[:_TEXT_MAX] or ticket.reason
    if ticket.customer is not None:
        if not settings.mirror_tickets or Capability.TICKETS not in can:
            return []
        case = FileCase.caused_by(
            event, "mirror", contact_id=event.contact_id, customer_id=ticket.customer.customer_id,
            source=ticket.customer.source, ticket_id=ticket.ticket_id, title=title, text=text,
        )  # fmt: skip
        return [case]
    if ticket.area is not Area.SALES or not settings.mirror_leads or Capability.LEADS not in can:
        return []
    lead = FileLead.caused_by(
        event, "mirror", contact_id=event.contact_id, ticket_id=ticket.ticket_id, person=ticket.customer_name,
        phone=ticket.phone, notes=f"{title}\n{text}",
    )  # fmt: skip
    return [lead]
