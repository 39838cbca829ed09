"""What the adapter needs from a management system, in our own model. One implementation per vendor."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from ispbot_contracts.crm import Capability, CustomerAccount, Invoice
from ispbot_crm_adapter.identity import By


@dataclass(frozen=True)
class DirectoryEntry:
    """What it takes to recognise a customer: ``number`` as number key, ``phones`` national, ``documents`` as document keys."""

    customer_id: str
    number: str
    phones: list[str]
    documents: list[str]


@dataclass(frozen=True)
class Statement:
    """A customer with their newest invoices, newest first."""

    account: CustomerAccount
    invoices: list[Invoice]


class CrmClient(Protocol):
    """One management system. Every method raises CrmError; every answer has been checked against what was asked."""

    vendor: str
    capabilities: frozenset[Capability]
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
        """Yield all customers page by page. Raises CrmRejected when the system can not list them."""
        ...

    async def probe(self) -> None:
        """Ask the cheapest question that needs the credentials."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...
