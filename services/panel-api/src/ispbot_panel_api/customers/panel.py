"""The customer panel: who this is in the management system, and earlier tickets; each part may be missing on its own."""

import asyncio
from dataclasses import dataclass

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import CustomerRef, Freshness
from ispbot_contracts.crm import (
    AccountFound,
    Connection,
    CustomerAccount,
    CustomersFound,
    CustomerStatus,
    FindCustomers,
    GetAccount,
    InternetService,
)
from ispbot_contracts.tickets import PreviousTickets, TicketView
from ispbot_panel_api.customers.models import (
    AccountChoice,
    AccountPanel,
    ConnectionView,
    CustomerPanel,
    InvoiceView,
    PreviousTicket,
)
from ispbot_panel_api.failures import Failure
from ispbot_panel_api.shapes import MoneyView
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.phones import display_phone

log = get_logger(__name__)

_LIMIT_S = 6.0
_SHOWN_TICKETS = 10
_CRM_SILENT = "El sistema de gestión no responde. Probá de nuevo en unos segundos."
_TICKETS_SILENT = "Los tickets anteriores no están disponibles en este momento."
_UNKNOWN = "No se encontró a esta persona en el sistema de gestión por su teléfono."

_LABELS = {
    "online": "En línea",
    "offline": "Sin conexión",
    "unknown": "Sin datos de conexión",
    "suspended": "Servicio suspendido",
    "maintenance": "Mantenimiento en la zona",
}


@dataclass(frozen=True)
class _Crm:
    accounts: list[CustomerAccount]
    found: AccountFound | None
    error: str | None


async def customer_panel(ticket: TicketView, chosen: str | None, *, bus: Bus) -> CustomerPanel:
    """Return what is known of the ticket's customer. Raises Failure when ``chosen`` is not one of their contracts."""
    crm, (previous, previous_error) = await asyncio.gather(_crm(ticket, chosen, bus=bus), _previous(ticket, bus=bus))
    found = crm.found
    return CustomerPanel(
        customer_name=found.account.name if found else ticket.customer_name,
        phone=display_phone(ticket.phone) if ticket.phone else None,
        accounts=[_choice(account) for account in crm.accounts],
        account=_panel(found) if found else None,
        as_of=found.freshness.as_of if found else None,
        stale=found.freshness.stale if found else False,
        error=crm.error,
        previous_tickets=previous,
        previous_tickets_error=previous_error,
    )


async def _crm(ticket: TicketView, chosen: str | None, *, bus: Bus) -> _Crm:
    try:
        by_phone = await _by_phone(ticket, bus=bus)
        accounts = list(by_phone.customers)
        customer = _of_the_system_in_use(ticket.customer, by_phone.source)
        known = [account.customer_id for account in accounts]
        if customer is not None and customer.customer_id not in known:
            known.insert(0, customer.customer_id)
        if chosen is not None and chosen not in known:
            raise Failure(404, "customer_not_found", "Ese contrato no es de este cliente.", field="customer_id")
        wanted = chosen or (customer.customer_id if customer else None) or (known[0] if known else None)
        if wanted is None:
            return _Crm([], None, _UNKNOWN)
        source = customer.source if customer is not None and customer.customer_id == wanted else by_phone.source
        found = await bus.ask(GetAccount(customer_id=wanted, source=source), timeout_s=_LIMIT_S)
    except Refusal as refusal:
        return _Crm([], None, refusal.message)
    except Unavailable as error:
        log.warning("customer_panel_without_crm", reason=str(error))
        return _Crm([], None, _CRM_SILENT)
    if found.account.customer_id not in {account.customer_id for account in accounts}:
        accounts.insert(0, found.account)
    return _Crm(accounts, found, None)


async def _by_phone(ticket: TicketView, *, bus: Bus) -> CustomersFound:
    if ticket.phone is None:
        return CustomersFound(customers=[], freshness=Freshness(as_of=utc_now()))
    return await bus.ask(FindCustomers(by="phone", value=ticket.phone), timeout_s=_LIMIT_S)


def _of_the_system_in_use(customer: CustomerRef | None, source: str) -> CustomerRef | None:
    """Leave out whom the ticket knows by an id of another management system: here it is somebody else's."""
    foreign = customer is not None and source and customer.source not in {"", source}
    return None if foreign else customer


async def _previous(ticket: TicketView, *, bus: Bus) -> tuple[list[PreviousTicket], str | None]:
    try:
        found = await bus.ask(
            PreviousTickets(contact_id=ticket.contact_id, limit=_SHOWN_TICKETS + 1), timeout_s=_LIMIT_S
        )
    except (Unavailable, Refusal) as error:
        log.warning("customer_panel_without_tickets", reason=str(error))
        return [], _TICKETS_SILENT
    earlier = [other for other in found.tickets if other.ticket_id != ticket.ticket_id][:_SHOWN_TICKETS]
    return [
        PreviousTicket(
            id=other.ticket_id,
            number=other.number,
            area=other.area,
            reason=other.reason,
            summary=other.summary,
            opened_at=other.opened_at,
            closed_at=other.closed_at,
        )
        for other in earlier
    ], None


def masked(document: str | None) -> str | None:
    """Return a document with all but its last three characters hidden."""
    if not document:
        return None
    return "•" * max(0, len(document) - 3) + document[-3:]


def _choice(account: CustomerAccount) -> AccountChoice:
    return AccountChoice(
        customer_id=account.customer_id,
        number=account.number,
        name=account.name,
        address=account.address,
        status=account.status,
    )


def _panel(found: AccountFound) -> AccountPanel:
    account = found.account
    return AccountPanel(
        customer_id=account.customer_id,
        number=account.number,
        name=account.name,
        document=masked(account.document),
        address=account.address,
        email=account.email,
        phones=[display_phone(phone) for phone in account.phones],
        status=account.status,
        balance=MoneyView.of(account.balance),
        unpaid_invoices=account.unpaid_invoices,
        due_date=account.due_date,
        connections=[_connection(account, service) for service in account.services],
        invoices=[
            InvoiceView(
                id=invoice.invoice_id,
                number=invoice.number,
                issued_on=invoice.issued_on,
                due_on=invoice.due_on,
                total=MoneyView.of(invoice.total),
                status=invoice.status,
            )
            for invoice in found.invoices
        ],
    )


def _connection(account: CustomerAccount, service: InternetService) -> ConnectionView:
    if account.status is CustomerStatus.SUSPENDED:
        state = "suspended"
    elif account.area_maintenance and service.connection is not Connection.ONLINE:
        state = "maintenance"
    else:
        state = service.connection.value
    return ConnectionView.model_validate(
        {"state": state, "label": _LABELS[state], "plan": service.plan, "node": service.node}
    )
