"""The customer panel beside a conversation."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from ispbot_panel_api.customers.models import CustomerPanel
from ispbot_panel_api.customers.panel import customer_panel
from ispbot_panel_api.parts import Agent, PartsDep
from ispbot_panel_api.tickets.access import visible_ticket

router = APIRouter()


@router.get("/api/tickets/{ticket_id}/customer")
async def get_customer(
    ticket_id: Annotated[str, Path(max_length=64)],
    parts: PartsDep,
    staff: Agent,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
) -> CustomerPanel:
    """Tell who the ticket's customer is; ``customer_id`` chooses one of several contracts."""
    ticket = await visible_ticket(parts.bus, staff.user, ticket_id)
    return await customer_panel(ticket, customer_id, bus=parts.bus)
