"""What a payment or a promise stands for: one invoice of a customer, or all that is owed."""

from dataclasses import dataclass
from decimal import Decimal

from ispbot_contracts.common import Money
from ispbot_contracts.crm import Invoice
from ispbot_contracts.crm_writes import OneInvoice
from ispbot_crm_adapter.ports import Statement


@dataclass(frozen=True)
class Due:
    """An amount to pay; without an invoice it is the whole debt."""

    amount: Money
    invoice_id: str | None = None
    invoice: OneInvoice | None = None


def owed_invoices(statement: Statement) -> list[Invoice]:
    """Return the invoices of which something is still to be paid, newest first."""
    return [invoice for invoice in statement.invoices if invoice.owed.amount > 0]


def due(statement: Statement, chosen: Invoice | None) -> Due:
    """Return what is open of the chosen invoice, and what remains without it; the whole debt when none was chosen."""
    if chosen is None:
        return Due(statement.account.balance)
    others = [invoice.owed for invoice in owed_invoices(statement) if invoice.invoice_id != chosen.invoice_id]
    currency = chosen.total.currency
    rest = sum((money.amount for money in others if money.currency == currency), Decimal(0))
    named = OneInvoice(
        number=chosen.number, due_on=chosen.due_on, total=chosen.total, rest=Money(amount=rest, currency=currency)
    )
    return Due(chosen.owed, chosen.invoice_id, named)
