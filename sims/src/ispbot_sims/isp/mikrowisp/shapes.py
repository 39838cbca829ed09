"""The provider's records in MikroWisp's words. Like the real server it gives more than anybody should see (passwords)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ispbot_sims.isp.model import Customer, DemoIsp, Invoice, InvoiceState, Lead, Service, Standing, Ticket
from ispbot_sims.isp.town import Node

NO_DATE = "0000-00-00"
STANDINGS = {Standing.ACTIVE: "ACTIVO", Standing.SUSPENDED: "SUSPENDIDO", Standing.CANCELLED: "RETIRADO"}
STANDING_FILTERS = {0: Standing.ACTIVE, 1: Standing.SUSPENDED, 2: Standing.CANCELLED}
INVOICE_FILTERS = {0: InvoiceState.PAID, 1: InvoiceState.UNPAID, 2: InvoiceState.VOID}

Json = dict[str, Any]


def day(value: date | None) -> str:
    """Return a day, or zeros for none."""
    return value.isoformat() if value else NO_DATE


def moment(value: datetime | None) -> str:
    """Return a moment, or zeros for none."""
    return f"{value:%Y-%m-%d %H:%M:%S}" if value else f"{NO_DATE} 00:00:00"


def money(value: Decimal) -> str:
    """Return an amount as a plain decimal string."""
    return f"{value:.2f}"


def client(isp: DemoIsp, customer: Customer) -> Json:
    """Return an entry of GetClientsDetails."""
    unpaid = isp.unpaid_of(customer.customer_id)
    return {
        "id": customer.customer_id,
        "nombre": customer.name.upper(),
        "estado": STANDINGS[customer.standing],
        "correo": customer.email,
        "telefono": customer.phone,
        "movil": customer.mobile,
        "cedula": customer.document,
        "pasarela": "",
        "codigo": customer.portal_code,
        "direccion_principal": customer.address,
        "mantenimiento": customer.in_maintenance,
        "fecha_suspendido": day(customer.suspended_on) if customer.suspended_on else "",
        "servicios": [_service(customer, service) for service in customer.services] or None,
        "facturacion": {"facturas_nopagadas": len(unpaid), "total_facturas": money(isp.debt_of(customer.customer_id))},
    }


def _service(customer: Customer, service: Service) -> Json:
    lat, lng = service.position
    blanks = (
        "emisor", "firewall_state", "smartolt", "limitado", "ppp_routes", "ppp_localaddress", "idnap", "portnap", "ipap",
        "personalizados", "smartolt_catv", "ipv6", "ipv6_duid",
    )  # fmt: skip
    return {
        "id": service.service_id,
        "idperfil": service.plan.plan_id,
        "nodo": service.node.node_id,
        "costo": money(service.plan.price),
        "mac": service.mac,
        "ip": service.ip,
        "instalado": day(service.installed_on),
        "pppuser": service.pppoe_user,
        "ppppass": service.pppoe_password,
        "tiposervicio": "internet",
        "status_user": "ONLINE" if service.online else "OFFLINE",
        "coordenadas": f"{lat},{lng}",
        "direccion": service.address if service.address != customer.address else "",
        "snmp_comunidad": "public",
        "onu_sn": f"HWTC{service.service_id:08X}",
        "onu_ssid_wifi": service.wifi_name,
        "onu_password_wifi": service.wifi_password,
        "perfil": service.plan.name,
        **dict.fromkeys(blanks, ""),
    }


def list_entry(customer: Customer) -> Json:
    """Return an entry of GetAllClients: the customer without services and without debt."""
    return {
        "id": f"{customer.customer_id:06d}",
        "nombre": customer.name.upper(),
        "estado": STANDINGS[customer.standing],
        "correo": customer.email,
        "telefono": customer.phone,
        "movil": customer.mobile,
        "cedula": customer.document,
        "codigo": customer.portal_code,
        "direccion_principal": customer.address,
    }


def invoice(isp: DemoIsp, record: Invoice, *, padded: bool) -> Json:
    """Return an invoice; GetInvoices pads its number with zeros, GetInvoice does not."""
    net = (record.total / Decimal("1.21")).quantize(Decimal("0.01"))
    tax = record.total - net
    paid = record.state is InvoiceState.PAID
    words = {InvoiceState.PAID: "Pagada", InvoiceState.VOID: "Anulada"}
    return {
        "id": f"{record.invoice_id:08d}" if padded else record.invoice_id,
        "legal": 0,
        "idcliente": record.customer_id,
        "emitido": day(record.issued_on),
        "vencimiento": day(record.due_on),
        "total": money(record.total),
        "estado": words.get(record.state, "vencido" if isp.is_overdue(record) else "No pagado"),
        "cobrado": money(record.total if paid else record.collected),
        "impuesto": money(tax),
        "oxxo_referencia": "",
        "barcode_cobro_digital": record.barcode,
        "fechapago": day(record.paid_at.date() if record.paid_at else None),
        "subtotal": money(net),
        "subtotal2": f"$ {net:,.2f}",
        "total2": f"$ {record.total:,.2f}",
        "impuesto2": f"$ {tax:,.2f}",
        "formapago": record.paid_with,
        "saldo": money(record.owed),
        "moneda": "ARS",
    }


def invoice_items(record: Invoice) -> list[Json]:
    """Return the lines of GetInvoice."""
    return [
        {
            "descrp": line.description,
            "unidades": line.units,
            "imp": "21.00",
            "precio": money(line.price),
            "total": money(line.price * line.units),
            "precio2": f"$ {line.price:,.2f}",
            "total2": f"$ {line.price * line.units:,.2f}",
        }
        for line in record.lines
    ]


def ticket(record: Ticket) -> Json:
    """Return an entry of ListTicket."""
    return {
        "id": f"{record.ticket_id:06d}",
        "idcliente": record.customer_id,
        "asunto": record.subject,
        "fecha_soporte": moment(record.opened_at),
        "estado": "cerrado" if record.closed_at else "abierto",
        "fecha_cerrado": moment(record.closed_at),
        "solicitante": record.requester,
        "fechavisita": record.visit_on,
        "turno": record.shift,
        "agendado": record.channel,
        "lastdate": moment(record.closed_at or record.opened_at),
        "dp": record.department,
        "motivo_cierre": record.close_reason,
    }


def router(node: Node) -> Json:
    """Return an entry of GetRouters."""
    state = "MANTENIMIENTO" if node.in_maintenance else "ONLINE"
    return {"id": node.node_id, "nombre": node.name, "ip": node.address, "estado": state, "modelo": node.model}


def install(record: Lead) -> Json:
    """Return an entry of ListInstall."""
    return {
        "id": f"{record.lead_id:06d}",
        "cliente": record.name,
        "cedula": record.document,
        "direccion": record.address,
        "telefono": record.phone,
        "movil": record.mobile,
        "email": record.email,
        "notas": record.notes,
        "fecha_instalacion": record.install_on or NO_DATE,
        "estado": "PENDIENTE",
    }
