"""The customer panel beside a conversation."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from ispbot_contracts.common import Area
from ispbot_contracts.crm import CustomerStatus, InvoiceStatus
from ispbot_panel_api.shapes import MoneyView, View


class AccountChoice(View):
    """One of several contracts of the same person."""

    customer_id: str
    number: str
    name: str
    address: str | None
    status: CustomerStatus


class ConnectionView(View):
    """What the network says: ``maintenance`` when the area is being worked on, ``suspended`` when service was cut."""

    state: Literal["online", "offline", "unknown", "suspended", "maintenance"]
    label: str
    plan: str
    node: str | None


class InvoiceView(View):
    """One invoice."""

    id: str
    number: str
    issued_on: date | None
    due_on: date | None
    total: MoneyView
    status: InvoiceStatus


class PreviousTicket(View):
    """An earlier case of the same contact."""

    id: str
    number: int
    area: Area
    reason: str
    summary: str | None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None


class AccountPanel(View):
    """One contract in full."""

    customer_id: str
    number: str
    name: str
    document: str | None
    """Masked: only the last three characters."""
    address: str | None
    email: str | None
    phones: list[str]
    status: CustomerStatus
    balance: MoneyView
    unpaid_invoices: int
    due_date: date | None
    connections: list[ConnectionView]
    invoices: list[InvoiceView]


class CustomerPanel(View):
    """What is known of the person.

    ``accounts`` are all contracts found, ``account`` the chosen one; ``stale`` says that the management system does not
    answer and this is what it said at ``as_of``; ``error`` is Spanish and says why there is no account.
    """

    customer_name: str
    phone: str | None
    accounts: list[AccountChoice]
    account: AccountPanel | None
    as_of: AwareDatetime | None
    stale: bool
    error: str | None
    previous_tickets: list[PreviousTicket]
    previous_tickets_error: str | None
