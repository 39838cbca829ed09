"""Owner: crm-adapter. The management system behind our own customer model."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal

from ispbot_contracts.base import Frozen, Query
from ispbot_contracts.common import Freshness, LatLng, Money
from ispbot_contracts.content import MediaInfo
from ispbot_contracts.settings.ispbrain import IspbrainApi


class _Owned:
    owner: ClassVar[str] = "crm"


class CustomerStatus(StrEnum):
    """Whether the provider serves the customer."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class Connection(StrEnum):
    """What the network says of a service."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class InternetService(Frozen):
    """One connection of a customer."""

    service_id: str
    plan: str
    price: Money | None
    connection: Connection
    address: str | None
    node: str | None
    down_mbps: Decimal | None = None
    """Contracted speed; None where the system does not tell it."""
    up_mbps: Decimal | None = None


class CustomerAccount(Frozen):
    """One contract in the management system. A person may have several. Never holds passwords or portal codes."""

    customer_id: str
    number: str
    """The customer number that people know; equals ``customer_id`` where the system has just one."""
    name: str
    document: str | None
    phones: list[str]
    """International digits; only those that could be understood."""
    email: str | None
    address: str | None
    position: LatLng | None
    status: CustomerStatus
    balance: Money
    """What is owed; zero or less when up to date."""
    unpaid_invoices: int
    due_date: date | None
    area_maintenance: bool
    services: list[InternetService]


class InvoiceStatus(StrEnum):
    """State of an invoice."""

    UNPAID = "unpaid"
    OVERDUE = "overdue"
    PAID = "paid"
    VOID = "void"


_OPEN = (InvoiceStatus.UNPAID, InvoiceStatus.OVERDUE)


class Invoice(Frozen):
    """One invoice."""

    invoice_id: str
    number: str
    issued_on: date | None
    due_on: date | None
    total: Money
    status: InvoiceStatus
    paid: Money | None = None
    """What was paid of it, in the currency of ``total``; None where the system does not tell."""

    @property
    def owed(self) -> Money:
        """What is still to be paid of it; nothing of a paid or void one."""
        if self.status not in _OPEN:
            return Money(amount=Decimal(0), currency=self.total.currency)
        paid = self.paid.amount if self.paid is not None else Decimal(0)
        return Money(amount=max(self.total.amount - paid, Decimal(0)), currency=self.total.currency)


class CustomersFound(Frozen):
    """Everybody who really matches; empty when nobody does."""

    customers: list[CustomerAccount]
    freshness: Freshness
    source: str = ""
    """Names the system whose ids these are, as ``CrmStatus.source``."""


class FindCustomers(_Owned, Query[CustomersFound]):
    """Who is this? Refusals: crm_not_configured, crm_unavailable."""

    name: ClassVar[str] = "find_customers"
    answer: ClassVar = CustomersFound
    by: Literal["phone", "document", "number"]
    value: str


class AccountFound(Frozen):
    """A customer with their newest invoices, newest first."""

    account: CustomerAccount
    invoices: list[Invoice]
    freshness: Freshness


class GetAccount(_Owned, Query[AccountFound]):
    """Balance, due date, connection and invoices. Refusals: customer_not_found, crm_not_configured, crm_unavailable."""

    name: ClassVar[str] = "get_account"
    answer: ClassVar = AccountFound
    customer_id: str
    source: str = ""
    """The system whose id this is (``CustomersFound.source``): in another one it is somebody else's. Empty: whichever is in use."""


class InvoicePdf(Frozen):
    """An invoice's file in the media object store."""

    invoice: Invoice
    media: MediaInfo


class FetchInvoicePdf(_Owned, Query[InvoicePdf]):
    """Fetch the PDF: of ``invoice_id``, else of the oldest unpaid, else of the newest.

    Refusals: customer_not_found, no_invoice, no_pdf, crm_not_configured, crm_unavailable.
    """

    name: ClassVar[str] = "fetch_invoice_pdf"
    answer: ClassVar = InvoicePdf
    customer_id: str
    invoice_id: str | None = None
    source: str = ""
    """As in ``GetAccount``."""


class Capability(StrEnum):
    """What the configured system can do; menus and screens hide the rest."""

    IDENTIFY = "identify"
    BALANCE = "balance"
    INVOICE_PDF = "invoice_pdf"
    CONNECTION = "connection"
    AREA_MAINTENANCE = "area_maintenance"
    PAYMENT_PROMISE = "payment_promise"
    PAYMENT_LINK = "payment_link"
    TICKETS = "tickets"
    CONTRACTED_SPEED = "contracted_speed"
    LEADS = "leads"
    PAYMENTS = "payments"
    """Payments are registered, and taken back where the system lets us."""
    MESSAGING_PUSH = "messaging_push"
    """The system sends its notices to our gateway."""
    MESSAGING_PULL = "messaging_pull"
    """We fetch the system's notices from its queue."""


class CapabilityLack(Frozen):
    """What can not be had of the system, in Spanish: why, and what to do (None: nothing can be done)."""

    capability: Capability
    why: str
    remedy: str | None


class CrmStatus(Frozen):
    """The system in use, what it can do and whether it answers."""

    vendor: str | None
    capabilities: list[Capability]
    healthy: bool
    reason: str | None
    lacks: list[CapabilityLack] = []
    """All that is not in ``capabilities``; empty while the system can not be opened."""
    revision: int = 0
    """Of the settings that this is about: somebody who just saved others asks again."""
    source: str = ""
    """Names the system, whatever its credentials: ids of another one are other people's. Empty while it can not be opened."""


class GetCrmStatus(_Owned, Query[CrmStatus]):
    """Ask about the configured system."""

    name: ClassVar[str] = "get_crm_status"
    answer: ClassVar = CrmStatus


class ConnectionTest(Frozen):
    """What "Probar Conexión" says, in Spanish, with what to do."""

    ok: bool
    code: str
    message: str
    latency_ms: int | None


class TestCrmConnection(_Owned, Query[ConnectionTest]):
    """Try credentials before they are saved; empty means the saved ones."""

    __test__: ClassVar[bool] = False  # not a pytest class
    name: ClassVar[str] = "test_crm_connection"
    answer: ClassVar = ConnectionTest
    vendor: str | None = None
    url: str | None = None
    token: str | None = None
    username: str | None = None
    password: str | None = None
    api_key: str | None = None
    client_id: str | None = None
    verify_tls: bool = True
    ispbrain: IspbrainApi | None = None
    """ISPBrain's form; its secrets come in ``password`` and ``api_key``."""
