"""What the adapter needs from a management system, in our own model. One implementation per vendor."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from ispbot_contracts.crm import Capability, CustomerAccount, Invoice
from ispbot_crm_adapter.identity import By
from ispbot_crm_adapter.lacks import Lacks


@dataclass(frozen=True)
class DirectoryEntry:
    """What it takes to recognise a customer: ``number`` as number key, ``phones`` national, ``documents`` as document keys."""

    customer_id: str
    number: str
    phones: list[str]
    documents: list[str]
    name: str | None = None


@dataclass(frozen=True)
class Statement:
    """A customer with their newest invoices, newest first."""

    account: CustomerAccount
    invoices: list[Invoice]
    promised_until: date | None = None
    """The payment promise in force, where the system tells it."""


class CrmClient(Protocol):
    """One management system. Every method raises CrmError; every answer has been checked against what was asked."""

    vendor: str
    capabilities: frozenset[Capability]
    lacks: Lacks
    """Why each capability that is not there is not."""
    metered: bool
    """Requests cost money: nobody asks without need."""

    async def find(self, by: By, value: str) -> list[CustomerAccount]:
        """Return everybody with this national phone, document or customer number; empty when nobody has it."""
        ...

    async def account(self, customer_id: str) -> CustomerAccount | None:
        """Return a customer, None when there is no such."""
        ...

    async def statement(self, customer_id: str) -> Statement | None:
        """Return a customer with their invoices, None when there is no such."""
        ...

    async def invoice_file(self, customer_id: str, invoice_id: str) -> bytes:
        """Return an invoice of this customer as PDF. Raises NoInvoiceFile when the system has none."""
        ...

    def directory(self) -> AsyncIterator[list[DirectoryEntry]]:
        """Yield all customers page by page. Raises CrmRejected when that is not to be had: CannotList when the system says so."""
        ...

    async def probe(self) -> None:
        """Ask the cheapest question that needs the credentials."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True)
class Sighting:
    """Whether a write stands in the system: True, False, or None when the system does not let anybody tell."""

    there: bool | None
    reference: str | None = None


@dataclass(frozen=True)
class CaseDraft:
    """A case to file. ``mark`` is unique and recognises it later."""

    customer_id: str
    title: str
    text: str
    visit_on: date | None
    shift: Literal["morning", "afternoon"] | None
    mark: str


@dataclass(frozen=True)
class LeadDraft:
    """Somebody who wants the service; ``phone`` in international digits."""

    person: str
    document: str
    phone: str
    address: str
    email: str
    notes: str
    mark: str


@dataclass(frozen=True)
class PaymentDraft:
    """A payment to register, and enough to take it back. ``before`` is what ``paid_before`` said."""

    customer_id: str
    invoice_id: str | None
    amount: Decimal
    reference: str
    method: str | None
    mark: str
    before: str = ""


class CrmWriter(Protocol):
    """What changes something in a system. Only what its client's ``capabilities`` name is called; all raise CrmError.

    Each write has its ``find_``: whether it stands already. Writes are sent once; repeating is the ledger's decision.
    """

    promises_by_invoice: bool

    async def promise(self, customer_id: str, invoice_id: str | None, amount: Decimal, until: date) -> None:
        """Record a promise to pay ``amount``: what was owed when it was given."""
        ...

    async def find_promise(self, customer_id: str, until: date) -> Sighting:
        """Look whether this promise stands."""
        ...

    async def payment_link(self, customer_id: str, invoice_id: str | None, amount: Decimal) -> str | None:
        """Return where to pay, None when the system gave no address."""
        ...

    async def file_case(self, draft: CaseDraft) -> str | None:
        """File a case and return its number, None when the system does not tell."""
        ...

    async def find_case(self, draft: CaseDraft) -> Sighting:
        """Look for a case by its mark."""
        ...

    async def file_lead(self, draft: LeadDraft) -> str | None:
        """File a lead and return its number."""
        ...

    async def find_lead(self, draft: LeadDraft) -> Sighting:
        """Look for a lead by its mark."""
        ...

    async def paid_before(self, customer_id: str, invoice_id: str | None) -> str:
        """Return what tells a later payment apart from what was paid until now. Raises CrmRejected: already paid."""
        ...

    async def register_payment(self, draft: PaymentDraft) -> None:
        """Register a payment."""
        ...

    async def find_payment(self, draft: PaymentDraft) -> Sighting:
        """Look whether the payment stands."""
        ...

    async def undo_payment(self, draft: PaymentDraft) -> None:
        """Take the payment back."""
        ...
