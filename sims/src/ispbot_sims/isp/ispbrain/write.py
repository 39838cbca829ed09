"""The calls that change something. Promises and payments were never seen: these are our own, to prove configured ones."""

from datetime import UTC, date, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from ispbot_sims.isp.ispbrain import shapes
from ispbot_sims.isp.ispbrain.read import Call
from ispbot_sims.isp.model import IspError, Ticket

Json = dict[str, Any]


class Unprocessable(Exception):
    """The body is not good enough; the text is Spanish."""


def new_ticket(call: Call, body: Json) -> Json:
    """File a case."""
    if not str(body.get("title") or "").strip():
        raise Unprocessable("El campo title es obligatorio.")
    record = Ticket(
        ticket_id=0,
        customer_id=_number(body, "customer_id"),
        subject=str(body["title"]),
        body=str(body.get("description") or ""),
        requester="",
        department=_number(body, "ticket_category_id"),
        visit_on="",
        shift="",
        channel="",
        opened_at=datetime.now(UTC),
    )
    return {"data": shapes.ticket(call.isp.open_ticket(record))}


def new_commitment(call: Call, body: Json) -> Json:
    """Book a promise for all that a customer owes."""
    try:
        until = date.fromisoformat(str(body.get("date")))
    except ValueError as error:
        raise Unprocessable("La fecha no es válida.") from error
    owed = call.isp.unpaid_of(_number(body, "customer_id"))
    if not owed:
        raise Unprocessable("El cliente no tiene deuda.")
    promises = [call.isp.promise(one.invoice_id, until, "") for one in owed]
    return {"data": shapes.commitment(call.isp, promises[0])}


def new_payment(call: Call, body: Json) -> Json:
    """Book a payment of whole invoices, the oldest first."""
    customer_id, amount = _number(body, "customer_id"), float(body.get("amount") or 0)
    paid = []
    for one in reversed(call.isp.unpaid_of(customer_id)):
        if amount < float(one.owed):
            break
        amount -= float(one.owed)
        paid.append(call.isp.pay(one.invoice_id, str(body.get("reference") or "API"), datetime.now(UTC)))
    if not paid:
        raise Unprocessable("El importe no cubre ningún comprobante.")
    return {"data": {"id": shapes.FIRST_RECEIPT + paid[0].invoice_id, "total": body["amount"]}}


_CALLS = {"tickets": new_ticket, "payment-commitments": new_commitment, "payments": new_payment}


def post(call: Call, name: str, body: Json) -> Response | None:
    """Answer a POST; None when there is no such call."""
    if name not in _CALLS:
        return None
    try:
        return JSONResponse(_CALLS[name](call, body), status_code=201)
    except (Unprocessable, IspError) as refused:
        return JSONResponse({"message": str(refused)}, status_code=422)


def acknowledge(call: Call, message_id: int, body: Json) -> Response:
    """Note what became of an outgoing message."""
    row = call.queue.messages.get(message_id)
    if row is None:
        return JSONResponse({"message": "Mensaje inexistente"}, status_code=404)
    if body.get("status") not in (1, 2) or not body.get("send_at"):
        return JSONResponse({"message": "status y send_at son obligatorios"}, status_code=422)
    row |= {"status": body["status"], "send_at": body["send_at"]}
    return JSONResponse({"data": row})


def _number(body: Json, name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int):
        raise Unprocessable(f"El campo {name} debe ser un número entero.")
    return value
