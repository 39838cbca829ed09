"""ISPCube's rows in our words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ispbot_contracts.common import Money
from ispbot_contracts.crm import Connection, CustomerAccount, CustomerStatus, InternetService, Invoice, InvoiceStatus
from ispbot_crm_adapter.adapters.ispcube.wire import BillRow, ConnectionRow, CustomerRow, ListedRow, PlanRow
from ispbot_crm_adapter.adapters.scalars import person_name, position_of
from ispbot_crm_adapter.identity import Locale, document_keys, number_key
from ispbot_crm_adapter.ports import DirectoryEntry
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_STATUSES = {
    "enabled": CustomerStatus.ACTIVE,
    "blocked": CustomerStatus.SUSPENDED,
    "disabled": CustomerStatus.SUSPENDED,
    "suspended": CustomerStatus.SUSPENDED,
    "no_service": CustomerStatus.CANCELLED,
}


def account_of(
    row: CustomerRow, invoices: list[Invoice], plans: Mapping[str, PlanRow], locale: Locale
) -> CustomerAccount:
    """Return the customer; the due date is the earliest among the invoices still owed."""
    owed = [invoice for invoice in invoices if invoice.owed.amount > 0]
    emails = sorted(row.contact_emails or [], key=lambda one: not one.principal)
    return CustomerAccount(
        customer_id=row.id,
        number=row.code or row.id,
        name=person_name(row.name),
        document=row.doc_number or None,
        phones=[locale.international(phone) for phone in locale.nationals(*row.phone_texts)],
        email=next((one.email for one in emails if one.email), None),
        address=row.address or row.tax_residence or None,
        position=position_of(row.lat, row.lng),
        status=_status(row.status),
        balance=Money(amount=row.debt, currency=locale.currency),
        unpaid_invoices=len(owed),
        due_date=min((invoice.due_on for invoice in owed if invoice.due_on is not None), default=None),
        area_maintenance=False,
        services=[_service(one, plans, locale) for one in row.connections or [] if one.exists],
    )


def invoices_of(bills: list[BillRow], debt: Decimal, locale: Locale) -> list[Invoice]:
    """Return a customer's invoices, newest first.

    Bills do not say whether they were paid, only the customer's debt is known. Payments cover the oldest bills first, so the
    newest ones are owed until they add up to the debt.
    """
    newest_first = sorted(bills, key=lambda bill: (bill.date or date.min, int(bill.id)), reverse=True)
    invoices, uncovered = [], debt
    for bill in newest_first:
        if bill.internal_type.lower() != "invoice":
            continue
        invoice = _invoice(bill, _standing(bill, uncovered, locale), locale)
        uncovered -= invoice.owed.amount
        invoices.append(invoice)
    return invoices


def entry_of(row: ListedRow, locale: Locale) -> DirectoryEntry:
    """Return the directory entry."""
    number = number_key(row.code) or row.id
    return DirectoryEntry(
        row.id, number, locale.nationals(*row.phone_texts), document_keys(row.doc_number), person_name(row.name)
    )


def _standing(bill: BillRow, uncovered: Decimal, locale: Locale) -> InvoiceStatus:
    if bill.canceled:
        return InvoiceStatus.VOID
    if bill.status.lower() == "paid" or uncovered <= 0 or bill.total <= 0:
        return InvoiceStatus.PAID
    due = bill.due_date1 or bill.due_date2
    return InvoiceStatus.OVERDUE if due is not None and due < locale.today() else InvoiceStatus.UNPAID


def _invoice(bill: BillRow, status: InvoiceStatus, locale: Locale) -> Invoice:
    return Invoice(
        invoice_id=bill.id,
        number=bill.bill_number_formatted or bill.number or bill.id,
        issued_on=bill.date,
        due_on=bill.due_date1 or bill.due_date2,
        total=Money(amount=bill.total, currency=locale.currency),
        status=status,
    )


def _service(row: ConnectionRow, plans: Mapping[str, PlanRow], locale: Locale) -> InternetService:
    listed = plans.get(row.plan_id or (row.plan.id if row.plan is not None else ""))
    name = row.plan.name if row.plan is not None and row.plan.name else listed.name if listed is not None else ""
    price = listed.price if listed is not None else None
    return InternetService(
        service_id=row.id,
        plan=name,
        price=Money(amount=price, currency=locale.currency) if price is not None else None,
        connection=Connection.UNKNOWN,
        address=None,
        node=None,
        down_mbps=_mbps(listed.speeddown) if listed is not None else None,
        up_mbps=_mbps(listed.speedup) if listed is not None else None,
    )


def _mbps(kbps: Decimal) -> Decimal | None:
    """Their kilobits are binary: 30720 is sold as 30 megas."""
    return (kbps / 1024).quantize(Decimal("0.1")).normalize() + 0 if kbps > 0 else None


def _status(word: str) -> CustomerStatus:
    status = _STATUSES.get(word.lower())
    if status is None:
        log.warning("ispcube_customer_state_unknown", state=word[:30])
    return status or CustomerStatus.ACTIVE
