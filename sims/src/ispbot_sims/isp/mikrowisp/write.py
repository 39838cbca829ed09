"""Commands that change something."""

from datetime import date
from typing import Any

from ispbot_sims.isp.mikrowisp.request import CommandError, Request, int_of, required
from ispbot_sims.isp.model import Lead, Ticket

Json = dict[str, Any]

_TICKET_FIELDS = ("asunto", "contenido", "dp", "fechavisita", "turno", "agendado")


def paid_invoice(request: Request) -> Json:
    """Book a payment."""
    invoice_id = int_of(required(request.body, "idfactura"))
    gateway = str(required(request.body, "pasarela"))
    request.isp.pay(invoice_id, gateway, request.now)
    return {"mensaje": "Pago registrado correctamente."}


def delete_transaccion(request: Request) -> Json:
    """Take a payment back."""
    request.isp.undo_payment(int_of(required(request.body, "factura")))
    return {"mensaje": "Transacción eliminada correctamente."}


def promesa_pago(request: Request) -> Json:
    """Book a payment promise."""
    invoice_id = int_of(required(request.body, "idfactura"))
    try:
        until = date.fromisoformat(str(required(request.body, "fechalimite")))
    except ValueError as error:
        raise CommandError("El formato de la fecha límite es incorrecto (YYYY-MM-DD).") from error
    request.isp.promise(invoice_id, until, str(request.body.get("descripcion", "")))
    return {"mensaje": "Promesa de pago registrado correctamente."}


def new_ticket(request: Request) -> Json:
    """File a case; every one of the six fields must be there."""
    body = request.body
    if any(body.get(name) in (None, "") for name in _TICKET_FIELDS):
        raise CommandError("Falta un campo requerido (asunto,fechavisita,turno,agendado ó contenido).")
    ticket = request.isp.open_ticket(
        Ticket(
            ticket_id=0,
            customer_id=int_of(required(body, "idcliente")),
            subject=str(body["asunto"]),
            body=str(body["contenido"]),
            requester=str(body.get("solicitante", "")),
            department=int_of(body["dp"]),
            visit_on=str(body["fechavisita"]),
            shift=str(body["turno"]),
            channel=str(body["agendado"]),
            opened_at=request.now,
        )
    )
    return {"idticket": str(ticket.ticket_id), "mensaje": "Ticket Registrado correctamente."}


def close_ticket(request: Request) -> Json:
    """Close a case."""
    ticket_id = int_of(required(request.body, "idticket"))
    request.isp.close_ticket(ticket_id, str(required(request.body, "motivo_cierre")), request.now)
    return {"mensaje": "Ticket cerrado correctamente."}


def new_pre_registro(request: Request) -> Json:
    """Note somebody who wants the service."""
    body = request.body
    lead = Lead(
        lead_id=len(request.isp.leads) + 1,
        name=str(required(body, "cliente")),
        document=str(body.get("cedula", "")),
        address=str(required(body, "direccion")),
        phone=str(body.get("telefono", "")),
        mobile=str(body.get("movil", "")),
        email=str(body.get("email", "")),
        notes=str(body.get("notas", "")),
        install_on=str(body.get("fecha_instalacion", "")),
    )
    request.isp.leads.append(lead)
    return {"mensaje": "Pre-registro guardado correctamente.", "idregistro": lead.lead_id}
