"""The calls that read: JSON:API-like pages and filters. A filter that is not known is ignored."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from ispbot_sims.isp.company import PLANS
from ispbot_sims.isp.ispbrain import shapes
from ispbot_sims.isp.ispbrain.dialects import Dialect, customer_in
from ispbot_sims.isp.ispbrain.queue import AltwhaQueue
from ispbot_sims.isp.ispbrain.shapes import Json
from ispbot_sims.isp.model import DemoIsp, Standing

_MOST_PER_PAGE = 500
_FIELDS_OF_FILTER = {"phone": ("phone", "cellphone"), "document": ("document", "cuit")}


@dataclass(frozen=True)
class Call:
    """One call: the provider, its parameters and how the caller reached us."""

    isp: DemoIsp
    queue: AltwhaQueue
    params: QueryParams
    base_url: str
    dialect: Dialect
    obeys_filters: bool = True


def customers(call: Call) -> Response:
    """List customers. Filters: phone and document as typed."""
    rows = [shapes.customer(call.isp, one) for one in call.isp.customers.values()]
    return _page(call, [customer_in(call.dialect, row) for row in rows], known=("phone", "document"))


def customer(call: Call, customer_id: int) -> Response:
    """Return one customer: bare, or in ``data`` where the dialect says so."""
    record = call.isp.customers.get(customer_id)
    if record is None:
        return JSONResponse({"message": "Cliente inexistente"}, status_code=404)
    row = customer_in(call.dialect, shapes.customer(call.isp, record))
    return JSONResponse({"data": row} if call.dialect is Dialect.NESTED else row)


def customers_total(call: Call) -> Response:
    """Count customers."""
    return JSONResponse({"data": {"amount": len(call.isp.customers)}})


def connections_total(call: Call) -> Response:
    """Count connections."""
    served = [one for one in call.isp.customers.values() if one.standing is not Standing.CANCELLED]
    return JSONResponse({"data": {"amount": sum(len(one.services) for one in served)}})


def connections(call: Call) -> Response:
    """List connections. Filters: enabled, deleted, archived (0 or 1)."""
    rows = [row for one in call.isp.customers.values() for row in shapes.customer(call.isp, one)["connections"]]
    return _page(call, rows, known=("enabled", "deleted", "archived"))


def plans(_: Call) -> Response:
    """List the plans: a bare array."""
    return JSONResponse([shapes.plan(plan) for plan in PLANS])


def comprobantes(call: Call) -> Response:
    """List receipts of all kinds. Filters: customer_id, date_from, date_until."""
    since, until = (call.params.get(f"filter[{name}]", "") for name in ("date_from", "date_until"))
    rows = [
        row for row in shapes.receipts(call.isp, call.base_url) if since <= row["date"] and (not until or row["date"] <= until)
    ]  # fmt: skip
    return _page(call, rows, known=("customer_id",))


def receipts_total(call: Call) -> Response:
    """Count and add up the payments."""
    paid = [row for row in shapes.receipts(call.isp, call.base_url) if row["tipo_comp"] == shapes.RECEIPT]
    return JSONResponse({"data": {"amount": len(paid), "total": f"{sum(float(row['total']) for row in paid):.2f}"}})


def charges_pending(call: Call) -> Response:
    """List what is to be paid. Filter: customer_id."""
    return _page(call, shapes.charges(call.isp), known=("customer_id",))


def payment_commitments(call: Call) -> Response:
    """List payment promises. Filters: status, deleted, customer_id."""
    rows = [shapes.commitment(call.isp, one) for one in call.isp.promises.values()]
    return _page(call, rows, known=("status", "deleted", "customer_id"))


def tickets(call: Call) -> Response:
    """List tickets. Filters: deleted, created (YYYY-MM), customer_id."""
    month = call.params.get("filter[created]", "")
    rows = [shapes.ticket(one) for one in call.isp.tickets.values()]
    return _page(call, [row for row in rows if row["created"].startswith(month)], known=("deleted", "customer_id"))


def altwha_messages(call: Call) -> Response:
    """List outgoing messages."""
    known = ("account_id", "cancelled", "deleted", "status", "urgent")
    return _page(call, list(call.queue.messages.values()), known=known)


CALLS: dict[str, Callable[[Call], Response]] = {
    "customers/total": customers_total,
    "connections/total": connections_total,
    "connections": connections,
    "plans": plans,
    "comprobantes": comprobantes,
    "comprobantes/receipts/total": receipts_total,
    "charges/pending": charges_pending,
    "payment-commitments": payment_commitments,
    "tickets": tickets,
    "altwha_messages": altwha_messages,
}


def _page(call: Call, rows: list[Json], known: tuple[str, ...]) -> Response:
    wanted = {name: call.params[f"filter[{name}]"] for name in known if f"filter[{name}]" in call.params}
    if call.obeys_filters:
        rows = [row for row in rows if all(_is(row, name, value) for name, value in wanted.items())]
    size = max(1, min(_number(call, "size", 50), _MOST_PER_PAGE))
    number = max(1, _number(call, "number", 1))
    meta = {"filtered_total": len(rows), "pagination": {"page_total": ceil(len(rows) / size)}}
    return JSONResponse({"data": rows[(number - 1) * size : number * size], "meta": meta})


def _is(row: Json, name: str, value: str) -> bool:
    stored = [row.get(field) for field in _FIELDS_OF_FILTER.get(name, (name,))]
    return value in [str(int(one)) if isinstance(one, bool) else str(one) for one in stored]


def _number(call: Call, name: str, default: int) -> int:
    written = call.params.get(f"page[{name}]", "")
    return int(written) if written.isdigit() else default
