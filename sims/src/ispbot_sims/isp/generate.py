"""Fill the demo provider: the named customers of the product's stories, then a few hundred others. Same seed, same people."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from ispbot_sims.isp.company import AREA_CODE, PLANS, Plan
from ispbot_sims.isp.model import Customer, DemoIsp, Invoice, InvoiceLine, InvoiceState, Service, Standing
from ispbot_sims.isp.people import BUSINESSES, full_name, written_document, written_phone
from ispbot_sims.isp.town import CENTRO, SAN_MARTIN, VILLA_ELISA, ZONA_NORTE, ZONES, Node, Zone

SEED = 351
GENERATED = 300
_FIRST_INVOICE_ID = 2101
_MONTHS_BILLED = 6
_BILLING_STEP = timedelta(days=30)
_DAYS_TO_PAY = timedelta(days=10)


@dataclass(frozen=True)
class _Person:
    name: str
    document: str
    phone: str
    mobile: str
    zone: Zone
    node: Node
    plan: Plan
    unpaid: int = 0
    """How many of the newest invoices are owed."""
    due_in_days: int = -6
    """When the newest invoice is due, counted from today."""
    standing: Standing = Standing.ACTIVE
    online: bool = True


_100, _300, _600 = PLANS
_NAMED = (
    _Person("Nélida Correa", "20111222", "", "3515550001", CENTRO, CENTRO.nodes[0], _100, unpaid=1),
    _Person("Silvia Quiroga", "24555111", "351 4551200", "351 5550002", ZONA_NORTE, ZONA_NORTE.nodes[0], _300, online=False),
    _Person(
        "Rubén Sosa", "18.777.333", "0351 155-550003", "", SAN_MARTIN, SAN_MARTIN.nodes[0], _300,
        unpaid=2, due_in_days=-12, standing=Standing.SUSPENDED, online=False,
    ),
    _Person("Carolina Páez", "31222444", "", "3515550004", CENTRO, CENTRO.nodes[1], _600),
    _Person(
        "Carolina Páez", "31222444", "+54 9 351 555-0004", "", VILLA_ELISA, VILLA_ELISA.nodes[0], _100, unpaid=1, due_in_days=5
    ),
    _Person("Julián Acosta", "29888666", "", "5493515550005", VILLA_ELISA, VILLA_ELISA.nodes[1], _100, online=False),
    _Person("Estela Domínguez", "27333444", "", "", CENTRO, CENTRO.nodes[0], _100, unpaid=1, due_in_days=4),
)  # fmt: skip


def demo_isp(today: date, *, seed: int = SEED, generated: int = GENERATED) -> DemoIsp:
    """Return the provider as it stands on ``today``: invoices are dated around that day."""
    rng = Random(seed)
    isp = DemoIsp(today=today)
    for person in [*_NAMED, *_others(rng, generated)]:
        _enrol(isp, person, rng)
    return isp


def _others(rng: Random, count: int) -> list[_Person]:
    people: list[_Person] = []
    numbers = rng.sample(range(3_000_000, 5_500_000), count)
    documents = rng.sample(range(11_000_000, 47_000_000), count)
    for index, (number, document) in enumerate(zip(numbers, documents, strict=True)):
        before = people[-1] if people else None
        if before is not None and before.mobile and index % 17 == 0:
            people.append(_second_contract(before, rng))
            continue
        people.append(_person(f"{AREA_CODE}{number}", str(document), index, rng))
    return people


def _person(national: str, document: str, index: int, rng: Random) -> _Person:
    zone = rng.choice(ZONES)
    is_business = index % 29 == 7
    unpaid = rng.choices((0, 1, 2, 3), weights=(64, 24, 8, 4))[0]
    standing = Standing.ACTIVE if unpaid < 2 else Standing.SUSPENDED
    if index % 31 == 11:
        standing, unpaid = Standing.CANCELLED, 0
    phone, mobile = _written_phones(national, index, rng)
    return _Person(
        name=rng.choice(BUSINESSES) if is_business else full_name(rng),
        document=f"30-{document}-{rng.randrange(10)}" if is_business else written_document(document, rng),
        phone=phone,
        mobile=mobile,
        zone=zone,
        node=rng.choices(zone.nodes, weights=(3, 1))[0],
        plan=rng.choices(PLANS, weights=(5, 4, 2))[0],
        unpaid=unpaid,
        due_in_days=rng.randint(-18, -2) if unpaid > 1 else rng.randint(-15, 9),
        standing=standing,
        online=standing is Standing.ACTIVE and rng.random() < 0.93,
    )


def _written_phones(national: str, index: int, rng: Random) -> tuple[str, str]:
    if index % 13 == 5:
        return "", ""
    if index % 23 == 3:
        return f"{written_phone(national, rng)} / {AREA_CODE}{rng.randrange(4_000_000, 5_000_000)}", ""
    if index % 7 == 2:
        return written_phone(national, rng), ""
    return rng.choice(("", "", f"{AREA_CODE}{rng.randrange(4_000_000, 5_000_000)}")), written_phone(national, rng)


def _second_contract(first: _Person, rng: Random) -> _Person:
    zone = rng.choice(ZONES)
    return _Person(
        name=first.name, document=first.document, phone="", mobile=first.mobile, zone=zone, node=zone.nodes[0],
        plan=rng.choice(PLANS), unpaid=rng.choice((0, 0, 1)), due_in_days=rng.randint(-8, 9),
    )  # fmt: skip


def _enrol(isp: DemoIsp, person: _Person, rng: Random) -> None:
    customer_id = len(isp.customers) + 1
    address = f"{rng.choice(person.zone.streets)} {rng.randrange(80, 3900)}"
    login = person.name.lower().split()[0].encode("ascii", "ignore").decode() + f"{customer_id:04d}"
    isp.customers[customer_id] = Customer(
        customer_id=customer_id,
        name=person.name,
        document=person.document,
        phone=person.phone,
        mobile=person.mobile,
        email=f"{login}@correo.example" if rng.random() < 0.6 else "",
        address=address,
        zone_id=person.zone.zone_id,
        standing=person.standing,
        portal_code=_password(rng),
        suspended_on=isp.today - timedelta(days=7) if person.standing is Standing.SUSPENDED else None,
        services=[]
        if person.standing is Standing.CANCELLED
        else [_service(isp, customer_id, person, address, login, rng)],
    )
    _bill(isp, customer_id, person)


def _service(isp: DemoIsp, customer_id: int, person: _Person, address: str, login: str, rng: Random) -> Service:
    return Service(
        service_id=customer_id + 500,
        plan=person.plan,
        address=address,
        position=person.zone.somewhere(rng),
        node=person.node,
        ip=f"100.64.{person.node.node_id}.{customer_id % 250 + 2}",
        mac=":".join(f"{rng.randrange(256):02X}" for _ in range(6)),
        installed_on=isp.today - timedelta(days=rng.randrange(200, 2400)) if rng.random() < 0.8 else None,
        online=person.online,
        pppoe_user=login,
        pppoe_password=_password(rng),
        wifi_name=f"RedSur-{customer_id:04d}",
        wifi_password=_password(rng),
    )


def _password(rng: Random) -> str:
    return "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=10))


def _bill(isp: DemoIsp, customer_id: int, person: _Person) -> None:
    """Write the last months' invoices, oldest first; prices were lower then."""
    newest_due = isp.today + timedelta(days=person.due_in_days)
    for months_ago in reversed(range(_MONTHS_BILLED)):
        due_on = newest_due - months_ago * _BILLING_STEP
        invoice = Invoice(
            invoice_id=_FIRST_INVOICE_ID + len(isp.invoices),
            customer_id=customer_id,
            issued_on=due_on - _DAYS_TO_PAY,
            due_on=due_on,
            lines=[*_lines(person.plan, months_ago, f"{due_on.month:02d}/{due_on.year}")],
            secret=f"{(customer_id * 2654435761 + months_ago * 40503) & 0xFFFFFFFF:08x}",
        )
        if months_ago >= person.unpaid:
            paid_on = min(due_on - timedelta(days=3), isp.today - timedelta(days=1))
            invoice.state = InvoiceState.PAID
            invoice.paid_at = datetime(paid_on.year, paid_on.month, paid_on.day, 14, 20, tzinfo=UTC)
            invoice.paid_with = "Transferencia bancaria"
        isp.add_invoice(invoice)


@cache
def _lines(plan: Plan, months_ago: int, period: str) -> tuple[InvoiceLine, InvoiceLine]:
    """Return what a plan cost then; thousands of invoices share it."""
    price = ((plan.price * Decimal("0.965") ** months_ago / 100).quantize(Decimal(1)) * 100).quantize(Decimal("0.01"))
    rental = Decimal("1500.00")
    return (
        InvoiceLine(f"Servicio de Internet {plan.name} - período {period}", 1, price - rental),
        InvoiceLine("Comodato de ONU y router Wi-Fi", 1, rental),
    )
