"""ISPBrain's rows in our words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from ispbot_contracts.common import Money
from ispbot_contracts.crm import Connection, CustomerAccount, CustomerStatus, InternetService, Invoice, InvoiceStatus
from ispbot_contracts.settings import IspbrainInvoiceFields
from ispbot_crm_adapter.adapters.ispbrain.wire import ConnectionRow, CustomerRow, InvoiceRow, ListedRow, PlanRow
from ispbot_crm_adapter.adapters.scalars import person_name, position_of
from ispbot_crm_adapter.identity import Locale, document_keys, number_key
from ispbot_crm_adapter.ports import DirectoryEntry


def account_of(
    row: CustomerRow, balance: Decimal, invoices: list[Invoice], plans: Mapping[str, PlanRow], locale: Locale
) -> CustomerAccount:
    """Return the customer; the due date is the earliest among the invoices still owed."""
    owed = [invoice for invoice in invoices if invoice.owed.amount > 0]
    return CustomerAccount(
        customer_id=row.id,
        number=row.code or row.id,
        name=person_name(row.name),
        document=row.document or None,
        phones=[locale.international(phone) for phone in locale.nationals(*row.phones)],
        email=row.email or None,
        address=row.address or next((one.address for one in row.connections or [] if one.exists and one.address), None),
        position=position_of(row.lat, row.lng),
        status=_status(row, balance),
        balance=Money(amount=balance, currency=locale.currency),
        unpaid_invoices=len(owed),
        due_date=min((invoice.due_on for invoice in owed if invoice.due_on is not None), default=None),
        area_maintenance=False,
        services=[_service(one, plans, locale) for one in row.connections or [] if one.exists],
    )


def invoices_of(
    rows: list[InvoiceRow], balance: Decimal, where: IspbrainInvoiceFields, locale: Locale
) -> list[Invoice]:
    """Return a customer's invoices, newest first; receipts of payments and credit notes are none.

    Nothing that was seen says whether one is paid, only ``saldo`` is known. Payments cover the oldest first, so the newest ones
    are owed until they add up to it.
    """
    invoices, uncovered = [], balance
    for row in sorted(rows, key=lambda one: (one.issued or date.min, int(one.id)), reverse=True):
        if row.type in where.not_invoices:
            continue
        if row.void:
            status = InvoiceStatus.VOID
        elif uncovered <= 0 or row.total <= 0:
            status = InvoiceStatus.PAID
        else:
            overdue = row.due is not None and row.due < locale.today()
            status = InvoiceStatus.OVERDUE if overdue else InvoiceStatus.UNPAID
            uncovered -= row.total
        invoices.append(_invoice(row, status, locale))
    return invoices


def entry_of(row: ListedRow, locale: Locale) -> DirectoryEntry:
    """Return the directory entry."""
    return DirectoryEntry(
        row.id,
        number_key(row.code) or row.id,
        locale.nationals(*row.phones),
        document_keys(row.document),
    )


def _status(row: CustomerRow, balance: Decimal) -> CustomerStatus:
    """SEEN as the rule of a client: a living connection that is switched off while something is owed is cut for debt."""
    if row.connections is None:
        return CustomerStatus.ACTIVE
    living = [one for one in row.connections if one.exists]
    if not living:
        return CustomerStatus.CANCELLED
    cut = balance > 0 and any(not one.enabled for one in living)
    return CustomerStatus.SUSPENDED if cut else CustomerStatus.ACTIVE


def _service(row: ConnectionRow, plans: Mapping[str, PlanRow], locale: Locale) -> InternetService:
    listed = plans.get(row.plan_id)
    price = row.price if row.price is not None or listed is None else listed.price
    states = {None: Connection.UNKNOWN, True: Connection.ONLINE, False: Connection.OFFLINE}
    return InternetService(
        service_id=row.id,
        plan=row.plan or (listed.name if listed is not None else ""),
        price=Money(amount=price, currency=locale.currency) if price is not None else None,
        connection=states[row.online],
        address=row.address or None,
        node=None,
    )


def _invoice(row: InvoiceRow, status: InvoiceStatus, locale: Locale) -> Invoice:
    return Invoice(
        invoice_id=row.id,
        number=row.number or row.id,
        issued_on=row.issued,
        due_on=row.due,
        total=Money(amount=row.total, currency=locale.currency),
        status=status,
    )
