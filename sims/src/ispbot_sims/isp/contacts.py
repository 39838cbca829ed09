"""The demo's people as the phone page lists them: number, name and what they are good for in a demonstration."""

from dataclasses import asdict, dataclass

from ispbot_runtime.phones import national_number
from ispbot_sims.isp.company import AREA_CODE
from ispbot_sims.isp.invoice_pdf import pesos
from ispbot_sims.isp.model import Customer, DemoIsp, Standing

_STRANGER_PHONE = "5493515559999"
_BY_HAND = {
    "5493515550004": "Dos contratos con el mismo teléfono: el bot pregunta cuál",
    "5493515550005": "Sin servicio: mantenimiento en su zona",
}


@dataclass(frozen=True)
class DemoContact:
    """One person of the phone page; ``phone`` in international digits."""

    phone: str
    name: str
    story: str

    def as_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return asdict(self)


def demo_contacts(isp: DemoIsp, limit: int | None = None) -> list[DemoContact]:
    """Return one contact per phone, the named customers first, with the stranger among them."""
    by_phone: dict[str, Customer] = {}
    for customer in isp.customers.values():
        for written in (customer.mobile, customer.phone):
            national = national_number(written.split("/")[0], area_code=AREA_CODE)
            if national is not None:
                by_phone.setdefault(f"549{national}", customer)
                break
    known = [DemoContact(phone, customer.name, _story(isp, phone, customer)) for phone, customer in by_phone.items()]
    stranger = DemoContact(
        _STRANGER_PHONE,
        "Número desconocido",
        "No está en el sistema. DNI de una clienta sin teléfono: 27333444 (Estela Domínguez)",
    )
    contacts = [*known[:5], stranger, *known[5:]]
    return contacts[:limit]


def _story(isp: DemoIsp, phone: str, customer: Customer) -> str:
    if phone in _BY_HAND:
        return _BY_HAND[phone]
    owed = isp.unpaid_of(customer.customer_id)
    debt = f"debe {pesos(isp.debt_of(customer.customer_id))} ({len(owed)} factura{'s' if len(owed) > 1 else ''})"
    match customer.standing:
        case Standing.CANCELLED:
            return "Ex cliente: servicio dado de baja"
        case Standing.SUSPENDED:
            return f"Suspendido: {debt}"
        case Standing.ACTIVE:
            money = debt if owed else "al día"
            online = all(service.online for service in customer.services)
            plan = customer.services[0].plan.name
            return f"{plan}, {money}, {'en línea' if online else 'sin conexión'}"
