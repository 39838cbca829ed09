"""Commands that read."""

from typing import Any

from ispbot_sims.isp.mikrowisp import shapes
from ispbot_sims.isp.mikrowisp.request import CommandError, Request, int_of, required
from ispbot_sims.isp.model import Customer
from ispbot_sims.isp.town import NODES

Json = dict[str, Any]

NO_CUSTOMER = "No existe el cliente con el filtro indicado."
_ALL = -1

MOST_PER_PAGE = 1000
"""A guess: the real limit is not known."""


def get_clients_details(request: Request) -> Json:
    """Find by one filter, compared with the stored text exactly as it was typed there."""
    found = [customer for customer in request.isp.customers.values() if _matches(customer, request.body)]
    if not found:
        raise CommandError(NO_CUSTOMER)
    return {"datos": [shapes.client(request.isp, customer) for customer in found]}


def everybody(request: Request) -> Json:
    """Answer a customer search as if it had no filter."""
    return {
        "datos": [shapes.client(request.isp, customer) for customer in _page(list(request.isp.customers.values()), {})]
    }


def _matches(customer: Customer, body: Json) -> bool:
    if body.get("idcliente") not in (None, ""):
        return customer.customer_id == int_of(body["idcliente"])
    stored = {"cedula": customer.document, "telefono": customer.phone, "movil": customer.mobile}
    for name, value in stored.items():
        if body.get(name) not in (None, ""):
            return value != "" and value == str(body[name])
    if body.get("correo") and body.get("codigo"):
        return (customer.email, customer.portal_code) == (body["correo"], body["codigo"])
    return False


def get_all_clients(request: Request) -> Json:
    """List by standing, page by page (``pagina`` counts from 1)."""
    standing = shapes.STANDING_FILTERS.get(int_of(request.body.get("estado", 0)))
    rows = [customer for customer in request.isp.customers.values() if customer.standing is standing]
    return {"clientes": [shapes.list_entry(customer) for customer in _page(rows, request.body)]}


def get_invoices(request: Request) -> Json:
    """List a customer's invoices, newest first."""
    customer_id = int_of(required(request.body, "idcliente"))
    if customer_id not in request.isp.customers:
        raise CommandError(NO_CUSTOMER)
    rows = request.isp.invoices_of(customer_id)
    if request.body.get("estado") not in (None, ""):
        wanted = shapes.INVOICE_FILTERS.get(int_of(request.body["estado"]))
        rows = [row for row in rows if row.state is wanted]
    return {"facturas": [shapes.invoice(request.isp, row, padded=True) for row in _page(rows, request.body)]}


def get_invoice(request: Request) -> Json:
    """Return one invoice with its lines and the address of its file."""
    record = request.isp.invoices.get(int_of(required(request.body, "idfactura")))
    if record is None:
        raise CommandError("No existe la factura indicada.")
    body = shapes.invoice(request.isp, record, padded=False)
    body["urlpdf"] = f"{request.base_url}facturas/{record.secret}/{record.invoice_id:08d}.pdf"
    return {"factura": body, "items": shapes.invoice_items(record)}


def get_payment_link(request: Request) -> Json:
    """Return where to pay an invoice; the keys depend on the gateway."""
    record = request.isp.invoices.get(int_of(required(request.body, "idfactura")))
    if record is None:
        raise CommandError("No existe la factura indicada.")
    gateway = str(required(request.body, "pasarela"))
    if gateway.lower() == "mercadopago":
        return {"url_pago": f"{request.base_url}pagar/{record.secret}/{record.invoice_id:08d}"}
    if gateway.lower() in ("siro", "cobrodigital"):
        return {"codigo_barras": record.barcode}
    raise CommandError("La pasarela de pago indicada no se encuentra activa.")


def list_ticket(request: Request) -> Json:
    """List a customer's cases with their counts."""
    customer_id = int_of(required(request.body, "idcliente"))
    rows = [ticket for ticket in request.isp.tickets.values() if ticket.customer_id == customer_id]
    if request.body.get("idsoporte") not in (None, ""):
        rows = [row for row in rows if row.ticket_id == int_of(request.body["idsoporte"])]
    closed = sum(row.closed_at is not None for row in rows)
    data = {
        "abiertos": len(rows) - closed,
        "cerrados": closed,
        "respondidos": 0,
        "respuesta_cliente": 0,
        "tickets": [shapes.ticket(row) for row in rows],
    }
    return {"mensaje": "Listado de tickets.", "data": data}


def list_install(request: Request) -> Json:
    """List the requests for an installation."""
    return {"instalaciones": [shapes.install(lead) for lead in request.isp.leads]}


def get_routers(request: Request) -> Json:
    """List the network nodes; -1 means all."""
    wanted = int_of(request.body.get("id", _ALL))
    return {"routers": [shapes.router(node) for node in NODES if wanted in (_ALL, node.node_id)]}


def debt_by_document(request: Request) -> Json:
    """Answer a collector's question: the oldest invoice somebody owes (this command says ``code``, not ``estado``)."""
    document = str(required(request.body, "cedula"))
    for customer in request.isp.customers.values():
        owed = request.isp.unpaid_of(customer.customer_id)
        if customer.document == document and owed:
            oldest = owed[-1]
            detail = f"Pago de comprobante Nº {oldest.invoice_id:08d} - Vencimiento: {oldest.due_on:%d/%m/%Y}"
            values = {"IDFactura": oldest.invoice_id, "detalle": detail, "valor": shapes.money(oldest.owed)}
            return {"code": "000", **values, "mensaje": "Consulta exitosa"}
    return {"code": "001", "mensaje": "El cliente no registra deuda."}


def _page(rows: list[Any], body: Json) -> list[Any]:
    limit = max(1, min(int_of(body.get("limit", 25)), MOST_PER_PAGE))
    page = max(1, int_of(body.get("pagina", 1)))
    return rows[(page - 1) * limit : page * limit]
