"""What a provider's management system knows and does, free of any vendor's words."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from ispbot_sims.isp.company import Plan
from ispbot_sims.isp.town import Node, Position

MAX_PROMISE_DAYS = 20


class IspError(Exception):
    """The provider's rules say no; the text is Spanish."""


class Standing(Enum):
    """Whether a customer is served."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class InvoiceState(Enum):
    """State of an invoice; overdue is a matter of the day and not stored."""

    UNPAID = "unpaid"
    PAID = "paid"
    VOID = "void"


@dataclass
class Service:
    """One connection."""

    service_id: int
    plan: Plan
    address: str
    position: Position
    node: Node
    ip: str
    mac: str
    installed_on: date | None
    online: bool
    pppoe_user: str
    pppoe_password: str
    wifi_name: str
    wifi_password: str


@dataclass
class Customer:
    """One contract. ``phone`` and ``mobile`` hold whatever somebody typed."""

    customer_id: int
    name: str
    document: str
    phone: str
    mobile: str
    email: str
    address: str
    zone_id: str
    standing: Standing
    portal_code: str
    services: list[Service]
    suspended_on: date | None = None

    @property
    def in_maintenance(self) -> bool:
        """Tell whether the network is being worked on where this customer lives."""
        return any(service.node.in_maintenance for service in self.services)


@dataclass(frozen=True)
class InvoiceLine:
    """One concept of an invoice, taxes included."""

    description: str
    units: int
    price: Decimal


@dataclass
class Invoice:
    """One invoice in Argentine pesos. ``secret`` makes the address of its file unguessable."""

    invoice_id: int
    customer_id: int
    issued_on: date
    due_on: date
    lines: list[InvoiceLine]
    secret: str
    state: InvoiceState = InvoiceState.UNPAID
    paid_at: datetime | None = None
    paid_with: str = ""
    collected: Decimal = Decimal("0.00")
    """What was paid of it while it is unpaid."""

    @property
    def owed(self) -> Decimal:
        """What is still to be paid of it."""
        return self.total - self.collected if self.state is InvoiceState.UNPAID else Decimal("0.00")

    @property
    def total(self) -> Decimal:
        """What the invoice amounts to."""
        return sum((line.price * line.units for line in self.lines), Decimal("0.00"))

    @property
    def barcode(self) -> str:
        """The 28 digits of the collection slip: company, invoice, cents, due day of the year."""
        cents = int(self.total * 100)
        return f"7385{self.invoice_id:08d}{cents:011d}{self.due_on:%y%j}"


@dataclass(frozen=True)
class Promise:
    """A customer's word to pay an invoice until a day."""

    invoice_id: int
    until: date
    note: str


@dataclass
class Ticket:
    """A case in the management system (not one of ISPBot's)."""

    ticket_id: int
    customer_id: int
    subject: str
    body: str
    requester: str
    department: int
    visit_on: str
    shift: str
    channel: str
    opened_at: datetime
    closed_at: datetime | None = None
    close_reason: str = ""


@dataclass(frozen=True)
class Lead:
    """Somebody who wants the service."""

    lead_id: int
    name: str
    document: str
    address: str
    phone: str
    mobile: str
    email: str
    notes: str
    install_on: str


@dataclass(frozen=True)
class Receipt:
    """A payment to a customer's account; it settles the oldest invoices that it covers whole."""

    customer_id: int
    amount: Decimal
    identifier: str
    comment: str
    destiny_id: int
    at: datetime
    invoice_ids: tuple[int, ...]


@dataclass
class DemoIsp:
    """The provider's records and the changes they allow."""

    today: date
    customers: dict[int, Customer] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    promises: dict[int, Promise] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    leads: list[Lead] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    by_customer: dict[int, list[int]] = field(default_factory=dict)
    """Invoice ids of each customer: kept by ``add_invoice``."""

    def add_invoice(self, invoice: Invoice) -> None:
        """Put an invoice into the books."""
        self.invoices[invoice.invoice_id] = invoice
        self.by_customer.setdefault(invoice.customer_id, []).append(invoice.invoice_id)

    def promised_until(self, customer_id: int) -> date | None:
        """Return until when a customer promised to pay what they still owe."""
        days = [
            self.promises[one.invoice_id].until
            for one in self.unpaid_of(customer_id)
            if one.invoice_id in self.promises
        ]
        return max(days, default=None)

    def receive(
        self, customer_id: int, amount: Decimal, *, identifier: str, comment: str, destiny_id: int, at: datetime
    ) -> Receipt:
        """Book a payment to an account. Raises IspError."""
        if customer_id not in self.customers or amount <= 0:
            raise IspError("El cliente o el monto no son válidos.")
        settled, left = [], amount
        for invoice in reversed(self.unpaid_of(customer_id)):
            if invoice.owed <= left:
                left -= invoice.owed
                settled.append(self.pay(invoice.invoice_id, comment, at).invoice_id)
        self.receipts.append(Receipt(customer_id, amount, identifier, comment, destiny_id, at, tuple(settled)))
        return self.receipts[-1]

    def take_back(self, identifier: str, amount: Decimal, destiny_id: int) -> None:
        """Delete a payment to an account. Raises IspError."""
        key = identifier, amount, destiny_id
        found = next((one for one in self.receipts if (one.identifier, one.amount, one.destiny_id) == key), None)
        if found is None:
            raise IspError("No se encontró la cobranza indicada.")
        for invoice_id in found.invoice_ids:
            self.undo_payment(invoice_id)
        self.receipts.remove(found)

    def invoices_of(self, customer_id: int) -> list[Invoice]:
        """Return a customer's invoices, newest first."""
        own = [self.invoices[number] for number in self.by_customer.get(customer_id, ()) if number in self.invoices]
        return sorted(own, key=lambda invoice: invoice.invoice_id, reverse=True)

    def unpaid_of(self, customer_id: int) -> list[Invoice]:
        """Return the invoices a customer owes, newest first."""
        return [invoice for invoice in self.invoices_of(customer_id) if invoice.state is InvoiceState.UNPAID]

    def debt_of(self, customer_id: int) -> Decimal:
        """Return what a customer owes."""
        return sum((invoice.owed for invoice in self.unpaid_of(customer_id)), Decimal("0.00"))

    def is_overdue(self, invoice: Invoice) -> bool:
        """Tell whether an invoice should have been paid by now."""
        return invoice.state is InvoiceState.UNPAID and invoice.due_on < self.today

    def pay(self, invoice_id: int, method: str, at: datetime) -> Invoice:
        """Book a payment; a customer who owes nothing more is served again. Raises IspError."""
        invoice = self._invoice(invoice_id)
        if invoice.state is not InvoiceState.UNPAID:
            raise IspError("La factura ya se encuentra pagada o anulada.")
        invoice.state, invoice.paid_at, invoice.paid_with = InvoiceState.PAID, at, method
        customer = self.customers[invoice.customer_id]
        if customer.standing is Standing.SUSPENDED and not self.unpaid_of(customer.customer_id):
            self._reactivate(customer)
        return invoice

    def undo_payment(self, invoice_id: int) -> Invoice:
        """Take a payment back. Raises IspError."""
        invoice = self._invoice(invoice_id)
        if invoice.state is not InvoiceState.PAID:
            raise IspError("La factura no tiene transacciones registradas.")
        invoice.state, invoice.paid_at, invoice.paid_with = InvoiceState.UNPAID, None, ""
        return invoice

    def promise(self, invoice_id: int, until: date, note: str) -> Promise:
        """Book a payment promise; the customer is served until then. Raises IspError."""
        invoice = self._invoice(invoice_id)
        if invoice.state is not InvoiceState.UNPAID:
            raise IspError("La factura ya se encuentra pagada o anulada.")
        if not self.today <= until <= self.today + timedelta(days=MAX_PROMISE_DAYS):
            raise IspError(f"La fecha límite no puede superar los {MAX_PROMISE_DAYS} días.")
        customer = self.customers[invoice.customer_id]
        if customer.standing is Standing.SUSPENDED:
            self._reactivate(customer)
        self.promises[invoice_id] = Promise(invoice_id, until, note)
        return self.promises[invoice_id]

    def open_ticket(self, ticket: Ticket) -> Ticket:
        """File a case under the next number. Raises IspError."""
        if ticket.customer_id not in self.customers:
            raise IspError("No existe el cliente con el filtro indicado.")
        ticket.ticket_id = max(self.tickets, default=99) + 1
        self.tickets[ticket.ticket_id] = ticket
        return ticket

    def close_ticket(self, ticket_id: int, reason: str, at: datetime) -> Ticket:
        """Close a case. Raises IspError."""
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.closed_at is not None:
            raise IspError("El ticket no existe o ya se encuentra cerrado.")
        ticket.closed_at, ticket.close_reason = at, reason
        return ticket

    def _invoice(self, invoice_id: int) -> Invoice:
        invoice = self.invoices.get(invoice_id)
        if invoice is None:
            raise IspError("No existe la factura indicada.")
        return invoice

    def _reactivate(self, customer: Customer) -> None:
        customer.standing, customer.suspended_on = Standing.ACTIVE, None
        for service in customer.services:
            service.online = True
