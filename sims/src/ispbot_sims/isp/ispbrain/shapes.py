"""The provider's records in ISPBrain's words. The portal's and the network's passwords are in them, as there."""

from datetime import date
from decimal import Decimal
from typing import Any

from ispbot_sims.isp.company import Plan
from ispbot_sims.isp.ispcube.shapes import uuid_of
from ispbot_sims.isp.model import Customer, DemoIsp, Invoice, InvoiceState, Promise, Service, Standing, Ticket

Json = dict[str, Any]

TALONARY = 5
RECEIPT, INVOICE = "XRX", "006"
FIRST_RECEIPT = 500_000


def customer(isp: DemoIsp, record: Customer) -> Json:
    """Return a customer with their connections; ``saldo`` above zero is owed."""
    position = record.services[0].position if record.services else (None, None)
    return {
        "id": record.customer_id,
        "name": record.name.upper(),
        "fantasy_name": None,
        "document": record.document,
        "phone": record.phone,
        "cellphone": record.mobile,
        "email": record.email,
        "address": record.address,
        "lat": position[0],
        "lng": position[1],
        "saldo": money(isp.debt_of(record.customer_id)),
        "created": "2019-02-01 10:00:00",
        "portal_user": record.document,
        "portal_password": record.portal_code,
        "connections": [connection(record, service) for service in record.services] + [_archived(record)],
    }


def connection(record: Customer, service: Service) -> Json:
    """Return a connection; there is nothing in it about being online."""
    return {
        "id": service.service_id,
        "customer_id": record.customer_id,
        "plan": {"id": service.plan.plan_id, "name": service.plan.name},
        "enabled": record.standing is Standing.ACTIVE,
        "archived": False,
        "deleted": False,
        "address": service.address,
        "ip": service.ip,
        "user": service.pppoe_user,
        "password": service.pppoe_password,
        "wifi_key": service.wifi_password,
        "created": "2019-02-01 10:00:00",
        "technical_created_date": str(service.installed_on) if service.installed_on else None,
    }


def _archived(record: Customer) -> Json:
    """A connection of former times; disabled, but no reason to call anybody suspended."""
    old = {
        "id": 900_000 + record.customer_id,
        "customer_id": record.customer_id,
        "plan": {"id": 1, "name": "Radio 6 Megas"},
    }
    return old | {"enabled": False, "archived": True, "deleted": False, "created": "2015-02-01 10:00:00"}


def plan(record: Plan) -> Json:
    """Return a plan."""
    return {"id": record.plan_id, "name": record.name, "name_bill": record.name, "price": money(record.price)}


def receipts(isp: DemoIsp, base_url: str) -> list[Json]:
    """Return every receipt, newest first: the invoices, and the payments of those that are paid."""
    rows = []
    for one in sorted(isp.invoices.values(), key=lambda invoice: invoice.invoice_id, reverse=True):
        rows.append(_receipt(one, base_url))
        if one.state is InvoiceState.PAID:
            paid = {"id": FIRST_RECEIPT + one.invoice_id, "tipo_comp": RECEIPT, "due_date": None, "url": None}
            rows.append(_receipt(one, base_url) | paid)
    return rows


def _receipt(record: Invoice, base_url: str) -> Json:
    return {
        "id": record.invoice_id,
        "customer_id": record.customer_id,
        "tipo_comp": INVOICE,
        "number": f"{TALONARY:04d}-{record.invoice_id:08d}",
        "date": day(record.issued_on),
        "due_date": day(record.due_on),
        "total": money(record.total),
        "cancelled": record.state is InvoiceState.VOID,
        "url": f"{base_url}comprobantes/pdf/{uuid_of(record)}",
    }


def charges(isp: DemoIsp) -> list[Json]:
    """Return what is still to be paid."""
    unpaid = [one for one in isp.invoices.values() if one.state is InvoiceState.UNPAID]
    return [
        {"id": one.invoice_id, "customer_id": one.customer_id, "total": money(one.total), "period": f"{one.issued_on:%Y-%m}"}
        for one in unpaid
    ]  # fmt: skip


def commitment(isp: DemoIsp, promise: Promise) -> Json:
    """Return a payment promise: status 0 open, 2 broken."""
    owed = isp.invoices[promise.invoice_id]
    broken = owed.state is InvoiceState.UNPAID and promise.until < isp.today
    return {
        "id": promise.invoice_id,
        "customer_id": owed.customer_id,
        "date": day(promise.until),
        "saldo": money(owed.owed),
        "status": 2 if broken else 0,
        "deleted": 0,
    }


def ticket(record: Ticket) -> Json:
    """Return a ticket."""
    return {
        "id": record.ticket_id,
        "title": record.subject,
        "description": record.body,
        "created": f"{record.opened_at:%Y-%m-%d %H:%M:%S}",
        "modified": f"{record.opened_at:%Y-%m-%d %H:%M:%S}",
        "ticket_category_id": record.department,
        "ticket_status_id": 2 if record.closed_at else 1,
        "customer_id": record.customer_id,
        "connection_id": None,
        "user_assigned_id": None,
        "spaces": [],
        "deleted": 0,
    }


def money(value: Decimal) -> str:
    """Return an amount as a plain decimal string."""
    return f"{value:.2f}"


def day(value: date) -> str:
    """Return a day."""
    return value.isoformat()
