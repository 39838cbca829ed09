"""MikroWisp's rows in our words."""

from decimal import Decimal

from ispbot_contracts.common import LatLng, Money
from ispbot_contracts.crm import Connection, CustomerAccount, CustomerStatus, InternetService, Invoice, InvoiceStatus
from ispbot_crm_adapter.adapters.mikrowisp.wire import ClientRow, InvoiceRow, ListedRow, ServiceRow
from ispbot_crm_adapter.adapters.scalars import person_name, position_of, speed_in
from ispbot_crm_adapter.identity import Locale, document_keys
from ispbot_crm_adapter.ports import DirectoryEntry
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_STATUSES = {
    "ACTIVO": CustomerStatus.ACTIVE,
    "SUSPENDIDO": CustomerStatus.SUSPENDED,
    "RETIRADO": CustomerStatus.CANCELLED,
}
_CONNECTIONS = {"ONLINE": Connection.ONLINE, "OFFLINE": Connection.OFFLINE}
_INVOICES = {
    "vencido": InvoiceStatus.OVERDUE,
    "vencida": InvoiceStatus.OVERDUE,
    "no pagado": InvoiceStatus.UNPAID,
    "no pagada": InvoiceStatus.UNPAID,
    "pagado": InvoiceStatus.PAID,
    "pagada": InvoiceStatus.PAID,
    "anulado": InvoiceStatus.VOID,
    "anulada": InvoiceStatus.VOID,
}


def account_of(row: ClientRow, invoices: list[Invoice], locale: Locale) -> CustomerAccount:
    """Return the customer; the due date is the earliest among the invoices still owed."""
    services = row.servicios or []
    billing = row.facturacion
    due = [invoice.due_on for invoice in invoices if invoice.owed.amount > 0 and invoice.due_on is not None]
    return CustomerAccount(
        customer_id=row.id,
        number=row.id,
        name=person_name(row.nombre),
        document=row.cedula or None,
        phones=[locale.international(phone) for phone in locale.nationals(row.movil, row.telefono)],
        email=row.correo or None,
        address=row.direccion_principal or next((service.direccion for service in services if service.direccion), None),
        position=next((place for service in services if (place := _position(service.coordenadas)) is not None), None),
        status=_status(row.estado),
        balance=Money(amount=billing.total_facturas if billing else Decimal(0), currency=locale.currency),
        unpaid_invoices=billing.facturas_nopagadas if billing else 0,
        due_date=min(due, default=None),
        area_maintenance=row.mantenimiento,
        services=[_service(service, locale) for service in services],
    )


def invoice_of(row: InvoiceRow, locale: Locale) -> Invoice:
    """Return the invoice; one past its due day is overdue whatever its state says."""
    status = _INVOICES.get(row.estado.lower())
    if status is None:
        log.warning("mikrowisp_invoice_state_unknown", state=row.estado[:30])
        status = InvoiceStatus.PAID if row.fechapago else InvoiceStatus.UNPAID
    if status is InvoiceStatus.UNPAID and row.vencimiento is not None and row.vencimiento < locale.today():
        status = InvoiceStatus.OVERDUE
    currency = row.moneda.upper() if len(row.moneda) == 3 and row.moneda.isalpha() else locale.currency
    return Invoice(
        invoice_id=row.id,
        number=row.id.zfill(8),
        issued_on=row.emitido,
        due_on=row.vencimiento,
        total=Money(amount=row.total, currency=currency),
        status=status,
        paid=Money(amount=row.cobrado, currency=currency),
    )


def entry_of(row: ListedRow, locale: Locale) -> DirectoryEntry:
    """Return the directory entry."""
    return DirectoryEntry(
        row.id, row.id, locale.nationals(row.movil, row.telefono), document_keys(row.cedula), person_name(row.nombre)
    )


def _service(row: ServiceRow, locale: Locale) -> InternetService:
    return InternetService(
        service_id=row.id,
        plan=row.perfil,
        price=Money(amount=row.costo, currency=locale.currency) if row.costo is not None else None,
        connection=_CONNECTIONS.get(row.status_user.upper(), Connection.UNKNOWN),
        address=row.direccion or None,
        node=row.nodo or None,
        down_mbps=speed_in(row.perfil),
    )


def _status(word: str) -> CustomerStatus:
    status = _STATUSES.get(word.upper())
    if status is None:
        log.warning("mikrowisp_customer_state_unknown", state=word[:30])
    return status or CustomerStatus.ACTIVE


def _position(written: str) -> LatLng | None:
    lat, _, lng = written.partition(",")
    return position_of(lat, lng)
