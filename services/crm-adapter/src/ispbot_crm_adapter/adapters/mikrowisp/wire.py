"""The few fields of MikroWisp's answers that we read. Whatever is not named here (passwords, portal codes) is never kept."""

from decimal import Decimal

from ispbot_crm_adapter.adapters.scalars import Amount, Count, Day, Flag, Id, Row, Text


class ServiceRow(Row):
    """A connection."""

    id: Id
    perfil: Text = ""
    costo: Amount | None = None
    status_user: Text = ""
    direccion: Text = ""
    coordenadas: Text = ""
    nodo: Text = ""


class BillingRow(Row):
    """What a customer owes."""

    facturas_nopagadas: Count = 0
    total_facturas: Amount = Decimal(0)


class ClientRow(Row):
    """A customer of GetClientsDetails."""

    id: Id
    nombre: Text
    estado: Text = ""
    correo: Text = ""
    telefono: Text = ""
    movil: Text = ""
    cedula: Text = ""
    direccion_principal: Text = ""
    mantenimiento: Flag = False
    servicios: list[ServiceRow] | None = None
    facturacion: BillingRow | None = None


class ListedRow(Row):
    """A customer of GetAllClients."""

    id: Id
    nombre: Text = ""
    telefono: Text = ""
    movil: Text = ""
    cedula: Text = ""


class InvoiceRow(Row):
    """An invoice of GetInvoices."""

    id: Id
    idcliente: Id
    emitido: Day = None
    vencimiento: Day = None
    total: Amount
    estado: Text = ""
    fechapago: Day = None
    cobrado: Amount = Decimal(0)
    moneda: Text = ""


class InvoiceFileRow(Row):
    """The file of an invoice (GetInvoice; older servers have no ``urlpdf``)."""

    id: Id
    idcliente: Id | None = None
    urlpdf: Text = ""


class TicketRow(Row):
    """A case of ListTicket."""

    id: Id
    asunto: Text = ""


class LeadRow(Row):
    """A pre-registration of ListInstall; ``notas`` is None where the server does not show them."""

    id: Id
    notas: str | None = None
