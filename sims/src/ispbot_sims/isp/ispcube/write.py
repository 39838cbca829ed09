"""The calls that change something."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from starlette.responses import JSONResponse, Response

from ispbot_sims.isp.ispcube import shapes
from ispbot_sims.isp.ispcube.account import no
from ispbot_sims.isp.ispcube.read import Call
from ispbot_sims.isp.model import IspError, Ticket

_TICKET_FIELDS = ("ticket_status_id", "ticket_category_id", "assigned_user_id", "customer_id", "item_content")


def paycomm(call: Call) -> Response:
    """Book a payment promise of a customer."""
    try:
        until = datetime.strptime(str(call.body.get("date")), "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return JSONResponse({"message": "The date is invalid."}, status_code=422)
    number = _customer(call)
    owed = call.isp.unpaid_of(number)
    if not owed:
        return no("El cliente no registra deuda.", 200)
    try:
        call.isp.promise(owed[-1].invoice_id, until, "")
    except IspError as error:
        return no(str(error), 200)
    name = call.isp.customers[number].name
    return _ok(f"Compromiso de pago registrado al cliente {name} con fecha: {until}")


def payment_save(call: Call) -> Response:
    """Book a payment, with its identifier where one is given."""
    try:
        call.isp.receive(
            _customer(call), Decimal(str(call.body.get("amount"))), identifier=str(call.body.get("identifier", "")),
            comment=str(call.body.get("comment", "")), destiny_id=_int(call, "destiny_id"), at=datetime.now(UTC),
        )  # fmt: skip
    except (IspError, InvalidOperation) as error:
        return no(str(error) or "El monto no es válido.", 200)
    return _ok("Cobranza Registrada")


def payment_delete(call: Call) -> Response:
    """Take a payment back by its identifier."""
    try:
        amount = Decimal(str(call.body.get("amount")))
        call.isp.take_back(str(call.body.get("identifier")), amount, _int(call, "destiny_id"))
    except (IspError, InvalidOperation) as error:
        return no(str(error) or "El monto no es válido.", 200)
    return _ok("Cobranza Eliminada")


def new_ticket(call: Call) -> Response:
    """File a ticket; the answer does not name it."""
    if any(not call.body.get(name) for name in _TICKET_FIELDS):
        return JSONResponse({"message": "Faltan datos del ticket."}, status_code=422)
    ticket = Ticket(
        ticket_id=0, customer_id=_customer(call), subject=str(call.body["item_content"]),
        body=str(call.body.get("internal_item_content", "")), requester="", department=_int(call, "ticket_category_id"),
        visit_on="", shift="", channel="", opened_at=datetime.now(UTC),
    )  # fmt: skip
    try:
        call.isp.open_ticket(ticket)
    except IspError as error:
        return no(str(error), 200)
    return JSONResponse({"message": "Ticket Creado."})


CALLS: dict[str, Callable[[Call], Response]] = {
    "customers/paycomm": paycomm,
    "cash/payment_save": payment_save,
    "cash/payment_save_paymethod": payment_save,
    "cash/payment_delete_paymethod": payment_delete,
    "ticket/new_ticket": new_ticket,
}


def _ok(message: str) -> Response:
    return JSONResponse({"result": "ok", "message": message})


def _int(call: Call, name: str) -> int:
    text = str(call.body.get(name, ""))
    return int(text) if text.isdigit() else 0


def _customer(call: Call) -> int:
    return _int(call, "customer_id") - shapes.FIRST_ID
