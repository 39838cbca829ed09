"""The calls that read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ispbot_sims.isp.company import PLANS
from ispbot_sims.isp.ispcube import shapes
from ispbot_sims.isp.model import Customer, DemoIsp, Standing

Json = dict[str, Any]

MOST_PER_PAGE = 1000
_BILLS = 6


@dataclass(frozen=True)
class Call:
    """One call: the provider, its parameters and how the caller reached us."""

    isp: DemoIsp
    params: QueryParams
    base_url: str
    body: Json = field(default_factory=dict)


def customer(call: Call) -> Response:
    """Find one customer by the first filter given, compared with the stored text; old records first, unless excluded."""
    name, value = _filter(call, ("customer_id", "code", "doc_number", "phone_number"))
    if name is None:
        return JSONResponse("Indicar al menos un dato de busqueda", status_code=500)
    rows = (row for record in _candidates(call, name, value) for row in _records(call, record))
    found = next((row for row in rows if _is(row, name, value)), None)
    return JSONResponse(found) if found is not None else _not_found()


def everybody(call: Call) -> Response:
    """Answer a search as if it had no filter."""
    return JSONResponse([shapes.customer(call.isp, record) for record in call.isp.customers.values()])


def customers_list(call: Call) -> Response:
    """List everybody, newest first; past the end there is no content."""
    rows = sorted(call.isp.customers.values(), key=lambda record: record.customer_id, reverse=True)
    if call.params.get("doc_number"):
        rows = [record for record in rows if record.document == call.params["doc_number"]]
    try:
        limit, offset = int(call.params.get("limit", 100)), int(call.params.get("offset", 0))
    except ValueError:
        return JSONResponse({"message": "The limit must be an integer."}, status_code=422)
    page = [shapes.customer(call.isp, record) for record in rows[offset : offset + min(limit, MOST_PER_PAGE)]]
    return JSONResponse(page) if page else Response(status_code=204)


def bills_last_six_months(call: Call) -> Response:
    """List a customer's last bills, newest first."""
    found = _customer_of(call)
    if found is None:
        return _not_found()
    bills = [shapes.bill(call.isp, one, call.base_url) for one in call.isp.invoices_of(found.customer_id)[:_BILLS]]
    if call.params.get("canceled") == "false":
        bills = [one for one in bills if not one["canceled"]]
    return JSONResponse(bills)


def last_bill(call: Call) -> Response:
    """Answer the newest bill's address in the form that is no JSON."""
    found = _customer_of(call)
    if found is None:
        return _not_found()
    newest = call.isp.invoices_of(found.customer_id)[:1]
    text = "".join(f"[ {{ {shapes.bill_url(one, call.base_url)} }} ]" for one in newest)
    return PlainTextResponse(text, media_type="application/json")


def connection(call: Call) -> Response:
    """List a customer's connections."""
    found = _customer_of(call)
    if found is None:
        return _not_found()
    return JSONResponse([shapes.connection(found, service) for service in found.services])


def plans_list(call: Call) -> Response:
    """List the plans."""
    del call
    return JSONResponse([shapes.plan(plan) for plan in PLANS])


def connections_count(call: Call) -> Response:
    """Count the active connections, on which the month's allowance of requests depends."""
    served = [one for one in call.isp.customers.values() if one.standing is not Standing.CANCELLED]
    return JSONResponse(sum(len(one.services) for one in served))


def customer_summary(call: Call) -> Response:
    """Count customers and connections."""
    everyone = call.isp.customers.values()
    connections = sum(len(one.services) for one in everyone)
    with_one = sum(bool(one.services) for one in everyone)
    return JSONResponse(
        {"customers": len(everyone), "customers_with_active_connection": with_one, "connections": connections}
    )


def tickets(call: Call) -> Response:
    """List a customer's tickets with their texts (the real body was not seen)."""
    found = _customer_of(call)
    if found is None:
        return _not_found()
    rows = [one for one in call.isp.tickets.values() if one.customer_id == found.customer_id]
    return JSONResponse([shapes.ticket(one) for one in rows])


def entities_list(call: Call) -> Response:
    """List the tills that take payments."""
    del call
    return JSONResponse([{"id": 4, "name": "WhatsApp", "enabled": 1, "receive": 1, "paymethod": 1}])


def past_payments(call: Call) -> Response:
    """List a customer's payments of six months."""
    found = _customer_of(call)
    if found is None:
        return _not_found()
    return JSONResponse([shapes.receipt(one) for one in call.isp.receipts if one.customer_id == found.customer_id])


def mercadopago_button(call: Call) -> Response:
    """Return a payment link. A guess: the real body was never shown."""
    number = call.params.get("idcustomer", "")
    found = next((one for one in call.isp.customers.values() if str(shapes.id_of(one)) == number), None)
    if found is None or not call.params.get("price"):
        return JSONResponse({"message": "Validation Error"}, status_code=422)
    url = f"{call.base_url}mercadopago/{shapes.id_of(found)}?price={call.params['price']}"
    return JSONResponse({"result": "ok", "data": {"url": url}})


CALLS: dict[str, Callable[[Call], Response]] = {
    "customer": customer,
    "customers/customers_list": customers_list,
    "bills/bills_last_six_months": bills_last_six_months,
    "bills/last_bill_api": last_bill,
    "connection": connection,
    "tickets": tickets,
    "cash/entities_list": entities_list,
    "cash/cash_last_six_monts": past_payments,
    "mercadopago/button": mercadopago_button,
    "plans/plans_list": plans_list,
    "connections/count": connections_count,
    "customer/summary": customer_summary,
}


def _candidates(call: Call, name: str, value: str) -> Iterator[Customer]:
    return (record for record in call.isp.customers.values() if shapes.may_be(record, name, value))


def _records(call: Call, record: Customer) -> Iterator[Json]:
    """``deleted`` and ``temporary`` are true unless the caller says false."""
    row = shapes.customer(call.isp, record)
    if call.params.get("deleted", "true") != "false":
        yield shapes.ghost(row, deleted=True)
    if call.params.get("temporary", "true") != "false":
        yield shapes.ghost(row, deleted=False)
    yield row


def _is(row: Json, name: str, value: str) -> bool:
    if name == "phone_number":
        return any(phone["number"] == value for phone in row["phones"])
    return str(row["id" if name == "customer_id" else name]) == value


def _filter(call: Call, names: tuple[str, ...]) -> tuple[str | None, str]:
    return next(((name, call.params[name]) for name in names if call.params.get(name)), (None, ""))


def _customer_of(call: Call) -> Customer | None:
    aliases = {"receiver_doc": "doc_number"}
    name, value = _filter(call, ("customer_id", "code", "receiver_doc", "doc_number"))
    if name is None:
        return None
    column = aliases.get(name, name)
    found = _candidates(call, column, value)
    return next((record for record in found if _is(shapes.customer(call.isp, record), column, value)), None)


def _not_found() -> Response:
    return JSONResponse({"result": True, "message": "Cliente no encontrado"}, status_code=404)
