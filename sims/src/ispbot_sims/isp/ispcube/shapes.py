"""The provider's records in ISPCube's words. Ids and customer codes differ, as there: the code is what people know."""

from datetime import date
from decimal import Decimal
from typing import Any

from ispbot_sims.isp.company import PLANS, Plan
from ispbot_sims.isp.model import Customer, DemoIsp, Invoice, InvoiceState, Receipt, Service, Standing, Ticket

FIRST_ID = 2000
_DELETED_ID, _TEMPORARY_ID = 500_000, 600_000
"""What the ids of a customer's doubles have more."""
_TALONARY = 5
_STATUSES = {Standing.ACTIVE: "enabled", Standing.SUSPENDED: "blocked", Standing.CANCELLED: "no_service"}
_MONTHS = (
    "Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio", "Julio", "Agosto", "Septiembre", "Octubre", "Noviembre", "Diciembre",
)  # fmt: skip

Json = dict[str, Any]


def id_of(customer: Customer) -> int:
    """Return the internal number of a customer."""
    return FIRST_ID + customer.customer_id


def code_of(customer: Customer) -> str:
    """Return the customer code; its zeros are part of it."""
    return f"{customer.customer_id:06d}"


def may_be(record: Customer, name: str, value: str) -> bool:
    """Tell, without writing its records out, whether one of a customer's records can have this value."""
    match name:
        case "customer_id":
            return value in {str(id_of(record) + more) for more in (0, _DELETED_ID, _TEMPORARY_ID)}
        case "code":
            return value[1:] == code_of(record)[1:]
        case "doc_number":
            return value == record.document
        case "phone_number":
            return value in (record.mobile, record.phone)
        case _:
            raise ValueError(f"{name} is no filter")


def money(value: Decimal) -> str:
    """Return an amount as a plain decimal string."""
    return f"{value:.2f}"


def customer(isp: DemoIsp, record: Customer) -> Json:
    """Return a customer as ``/customer`` and ``/customers/customers_list`` give it."""
    position = record.services[0].position if record.services else (None, None)
    unpaid = isp.unpaid_of(record.customer_id)
    overdue = sum((one.owed for one in unpaid if isp.is_overdue(one)), Decimal(0))
    own_id = id_of(record)
    return {
        "id": own_id,
        "code": code_of(record),
        "name": record.name.upper(),
        "tax_residence": record.address,
        "doc_number": record.document,
        "address": record.address,
        "city_id": 1,
        "lat": str(position[0]) if position[0] is not None else None,
        "lng": str(position[1]) if position[1] is not None else None,
        "extra1": record.portal_code,
        "block": 1,
        "free": 0,
        "debt": money(sum((one.owed for one in unpaid), Decimal(0))),
        "duedebt": money(overdue),
        "paycomm": str(isp.promised_until(record.customer_id) or "") or None,
        "status": _STATUSES[record.standing],
        "block_date": str(record.suspended_on) if record.suspended_on else None,
        "deleted_at": None,
        "temporary": 0,
        "phones": _phones(own_id, record),
        "contact_emails": [{"id": own_id, "email": record.email, "principal": 1}] if record.email else [],
        "customer_cbu": [],
        "city": {"id": 1, "name": "Córdoba", "province": "Córdoba", "postal_code": 5000},
        "connections": [_nested_connection(service, deleted=False) for service in record.services]
        + [_nested_connection(service, deleted=True) for service in record.services[:1]],
    }


def ghost(of: Json, *, deleted: bool) -> Json:
    """Return the deleted or temporary double that the real system keeps of many customers, with older data."""
    return {
        **of,
        "id": of["id"] + (_DELETED_ID if deleted else _TEMPORARY_ID),
        "code": f"{'9' if deleted else '8'}{of['code'][1:]}",
        "name": "REGISTRO ANTERIOR",
        "debt": "99999.00",
        "deleted_at": "2019-02-01 10:00:00" if deleted else None,
        "temporary": 0 if deleted else 1,
    }


def _phones(own_id: int, record: Customer) -> list[Json]:
    written = [phone for phone in (record.mobile, record.phone) if phone]
    return [
        {"id": own_id * 10 + place, "customer_id": own_id, "detail": None, "number": phone, "sms": 0}
        for place, phone in enumerate(written)
    ]


def _nested_connection(service: Service, *, deleted: bool) -> Json:
    plan = PLANS[0] if deleted else service.plan
    return {
        "id": service.service_id + (100_000 if deleted else 0),
        "plan_id": plan.plan_id,
        "conntype": "pppoe",
        "delete_date": "2021-03-01 00:00:00" if deleted else None,
        "deleted_in_provider": 1 if deleted else 0,
        "plan": {"id": plan.plan_id, "name": plan.name},
        "promotion": None,
    }


def connection(record: Customer, service: Service) -> Json:
    """Return an entry of ``/connection``; there is no state in it, but there are passwords."""
    lat, lng = service.position
    return {
        "id": service.service_id,
        "ip": service.ip,
        "local_ip": "",
        "conntype": "pppoe",
        "customer_id": id_of(record),
        "plan_id": service.plan.plan_id,
        "node_id": service.node.node_id,
        "up": service.plan.up_mbps * 1024,
        "down": service.plan.down_mbps * 1024,
        "start_date": str(service.installed_on) if service.installed_on else None,
        "address": service.address,
        "lat": str(lat),
        "lng": str(lng),
        "mac_address": service.mac,
        "user": service.pppoe_user,
        "password": service.pppoe_password,
    }


def plan(record: Plan) -> Json:
    """Return an entry of ``/plans/plans_list``; speeds in kbit/s."""
    return {
        "id": record.plan_id,
        "code": record.key,
        "name": record.name,
        "price": money(record.price),
        "speeddown": record.down_mbps * 1024,
        "speedup": record.up_mbps * 1024,
    }


def bill(isp: DemoIsp, record: Invoice, base_url: str) -> Json:
    """Return an entry of ``/bills/bills_last_six_months``: nothing in it says whether it was paid."""
    holder = isp.customers[record.customer_id]
    return {
        "id": record.invoice_id,
        "type": "FB",
        "tal": str(_TALONARY),
        "number": record.invoice_id,
        "customer_id": id_of(holder),
        "customer_name": holder.name.upper(),
        "month": _MONTHS[record.issued_on.month - 1],
        "nyear": record.issued_on.year,
        "date": day(record.issued_on),
        "due_date1": day(record.due_on),
        "due_date2": day(record.due_on),
        "internal_type": "invoice",
        "uuid": uuid_of(record),
        "canceled": 1 if record.state is InvoiceState.VOID else 0,
        "total": money(record.total),
        "total2": money(record.total),
        "customer_debt": money(isp.debt_of(record.customer_id)),
        "status": "approved",
        "bill_number_formatted": f"{_TALONARY:04d}-{record.invoice_id:08d}",
        "url": bill_url(record, base_url),
        "items": [
            {
                "description": line.description,
                "quantity": line.units,
                "unit_price": money(line.price),
                "total": money(line.price * line.units),
            }
            for line in record.lines
        ],
    }


def bill_url(record: Invoice, base_url: str) -> str:
    """Return the address of the bill's file."""
    return f"{base_url}print_bill/{_TALONARY}/{uuid_of(record)}"


def uuid_of(record: Invoice) -> str:
    """Return the unguessable name of the bill's file."""
    return f"{record.invoice_id:08x}-{record.secret[:4]}-4{record.secret[4:7]}-8000-{record.secret}0000"


def day(value: date) -> str:
    """Return a day."""
    return value.isoformat()


def invoice_of_uuid(isp: DemoIsp, uuid: str) -> Invoice | None:
    """Return the bill whose file has this name."""
    try:
        bill = isp.invoices.get(int(uuid[:8], 16))
    except ValueError:
        return None
    return bill if bill is not None and uuid_of(bill) == uuid else None


def ticket(record: Ticket) -> Json:
    """Return an entry of ``/tickets`` (a guess beyond the ids)."""
    return {
        "id": record.ticket_id,
        "customer_id": FIRST_ID + record.customer_id,
        "ticket_category_id": record.department,
        "created_at": f"{record.opened_at:%Y-%m-%d %H:%M:%S}",
        "items": [{"item_content": record.subject, "internal_item_content": record.body}],
    }


def receipt(record: Receipt) -> Json:
    """Return an entry of ``/cash/cash_last_six_monts``."""
    return {
        "total": money(record.amount),
        "date": f"{record.at:%Y-%m-%d}",
        "real_date": f"{record.at:%Y-%m-%d %H:%M:%S}",
        "comment": record.comment,
        "url": "",
    }
