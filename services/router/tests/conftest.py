"""The router's neighbours as the tests want them: a demo provider's customers and agenda, and how they fail."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.common import AgentRef, Freshness, LatLng, Money
from ispbot_contracts.content import MediaInfo
from ispbot_contracts.crm import (
    AccountFound,
    Capability,
    Connection,
    CrmStatus,
    CustomerAccount,
    CustomersFound,
    CustomerStatus,
    FetchInvoicePdf,
    FindCustomers,
    GetAccount,
    GetCrmStatus,
    InternetService,
    Invoice,
    InvoicePdf,
    InvoiceStatus,
)  # fmt: skip
from ispbot_contracts.crm_writes import (
    GetPaymentLink,
    GetPromiseTerms,
    OneInvoice,
    PaymentLink,
    PromisePayment,
    PromiseRecorded,
    PromiseTerms,
)
from ispbot_contracts.scheduler import (
    BookingSettled,
    BookVisit,
    FreeSlots,
    SettleBooking,
    Slot,
    SlotList,
    Visit,
    VisitStatus,
)
from ispbot_runtime.errors import Refusal

CORDOBA = ZoneInfo("America/Argentina/Cordoba")
TUESDAY_11 = datetime(2026, 11, 24, 11, 0, tzinfo=CORDOBA).astimezone(UTC)
IN_CENTRO, IN_NORTE, IN_SUR = (
    LatLng(lat=-31.415, lng=-64.185),
    LatLng(lat=-31.385, lng=-64.185),
    LatLng(lat=-31.445, lng=-64.185),
)
FAR_AWAY = LatLng(lat=-34.6, lng=-58.4)


def pesos(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def customer(number: str, name: str, phone: str | None = None, **changes) -> CustomerAccount:
    service = InternetService(
        service_id=f"s{number}",
        plan="Fibra 100",
        price=pesos("25000"),
        connection=Connection.ONLINE,
        address=None,
        node="N1",
    )
    plain = CustomerAccount(
        customer_id=number, number=number, name=name, document=None, phones=[phone] if phone else [], email=None,
        address="Av. Colón 1234", position=IN_CENTRO, status=CustomerStatus.ACTIVE, balance=pesos("0"), unpaid_invoices=0,
        due_date=None, area_maintenance=False, services=[service],
    )  # fmt: skip
    return plain.model_copy(update=changes)


def invoice(number: str, amount: str = "18500", status: InvoiceStatus = InvoiceStatus.OVERDUE) -> Invoice:
    return Invoice(
        invoice_id=f"i{number}",
        number=number,
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 10),
        total=pesos(amount),
        status=status,
    )


NELIDA = customer(
    "1001",
    "Nélida Correa",
    "5493515550001",
    balance=pesos("18500"),
    unpaid_invoices=1,
    due_date=date(2026, 11, 10),
    document="20111222",
)
SILVIA = customer(
    "1002", "Silvia Quiroga", "5493515550002", position=IN_NORTE,
    services=[InternetService(service_id="s2", plan="Fibra 50", price=None, connection=Connection.OFFLINE, address=None, node=None)],
)  # fmt: skip
RUBEN = customer(
    "1003", "Rubén Sosa", "5493515550003", status=CustomerStatus.SUSPENDED, balance=pesos("41000.5"), unpaid_invoices=2
)
CAROLINA = [
    customer("1004", "Carolina Páez", "5493515550004", address="San Martín 10"),
    customer(
        "2004", "Carolina Páez", "5493515550004", address="Rivadavia 20", balance=pesos("9000"), unpaid_invoices=1
    ),
]
JULIAN = customer("1005", "Julián Acosta", "5493515550005", area_maintenance=True)
ESTELA = customer("1006", "ESTELA DOMÍNGUEZ", None, document="27333444")


@dataclass
class Around:
    """The neighbours: what they know, and how they fail."""

    customers: list[CustomerAccount] = field(default_factory=lambda: [NELIDA, SILVIA, RUBEN, *CAROLINA, JULIAN, ESTELA])
    invoices: dict[str, list[Invoice]] = field(default_factory=lambda: {"1001": [invoice("0001-77")]})
    asked: list[object] = field(default_factory=list)
    crm_is: str = "fine"
    """fine, broken (error at once), unavailable (refusal), silent (never answers), not_set_up."""
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends the silence."""
    stale: timedelta | None = None
    lacks: set[str] = field(default_factory=set)
    """Capabilities that the system does not have."""
    source: str = ""
    """The system's name."""
    no_link: bool = False
    oldest: tuple[Money, OneInvoice] | None = None
    """What is open of the oldest invoice, which is all that is taken; None: the system takes the whole debt."""
    promise_refusal: Refusal | None = None
    promises: dict[str, date] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    visits: dict[str, Visit] = field(default_factory=dict)
    agenda_is: str = "fine"
    """fine, deaf (error at once), broken (the same, after booking)."""
    places: dict[str, LatLng] = field(
        default_factory=lambda: {"centro": IN_CENTRO, "norte": IN_NORTE, "sur": IN_SUR, "away": FAR_AWAY}
    )
    now: Callable[[], datetime] = lambda: TUESDAY_11

    @property
    def freshness(self) -> Freshness:
        return Freshness(as_of=self.now() - (self.stale or timedelta()), stale=self.stale is not None)

    async def _crm(self, query) -> None:
        self.asked.append(query)
        if self.crm_is == "broken":
            raise ZeroDivisionError
        if self.crm_is == "silent":
            await self.awake.wait()
        if self.crm_is == "unavailable":
            raise Refusal("crm_unavailable", "El sistema no responde.")
        if self.crm_is == "not_set_up":
            raise Refusal("crm_not_configured", "Falta configurar.")
        if getattr(query, "source", "") not in {"", self.source}:
            raise Refusal("customer_not_found", "No existe.")

    async def find(self, query: FindCustomers) -> CustomersFound:
        await self._crm(query)
        found = [
            c
            for c in self.customers
            if query.value in {"phone": c.phones, "document": [c.document], "number": [c.number]}[query.by]
        ]
        return CustomersFound(customers=found, freshness=self.freshness, source=self.source)

    async def account(self, query: GetAccount) -> AccountFound:
        await self._crm(query)
        for one in self.customers:
            if one.customer_id == query.customer_id:
                return AccountFound(
                    account=one, invoices=self.invoices.get(one.customer_id, []), freshness=self.freshness
                )
        raise Refusal("customer_not_found", "No existe.")

    async def pdf(self, query: FetchInvoicePdf) -> InvoicePdf:
        await self._crm(query)
        if self.crm_is == "slow_file":
            raise Refusal("crm_unavailable", "Tarda.", reason="timeout")
        known = self.invoices.get(query.customer_id)
        if known is None:
            raise Refusal("no_invoice", "No hay facturas.")
        if not known:
            raise Refusal("no_pdf", "No hay archivo.")
        return InvoicePdf(
            invoice=known[0], media=MediaInfo(mime="application/pdf", name="factura.pdf", object_key="abc")
        )

    def _debtor(self, customer_id: str) -> CustomerAccount:
        one = next(each for each in self.customers if each.customer_id == customer_id)
        if one.balance.amount <= 0:
            raise Refusal("nothing_owed", "No debe nada.")
        return one

    def _due(self, debtor: CustomerAccount) -> dict[str, object]:
        if self.oldest is None:
            return {"amount": debtor.balance, "invoice_id": None}
        amount, named = self.oldest
        return {"amount": amount, "invoice_id": "i1", "invoice": named}

    async def payment_link(self, query: GetPaymentLink) -> PaymentLink:
        await self._crm(query)
        debtor = self._debtor(query.customer_id)
        if self.no_link:
            raise Refusal("no_link", "No hay link.")
        return PaymentLink(url=f"https://pagos.example/{debtor.number}", **self._due(debtor))

    async def promise_terms(self, query: GetPromiseTerms) -> PromiseTerms:
        await self._crm(query)
        debtor = self._debtor(query.customer_id)
        if self.promise_refusal is not None:
            raise self.promise_refusal
        latest = self.now().astimezone(CORDOBA).date() + timedelta(days=5)
        return PromiseTerms(latest=latest, **self._due(debtor))

    async def promise(self, query: PromisePayment) -> PromiseRecorded:
        await self._crm(query)
        debtor = self._debtor(query.customer_id)
        if self.promise_refusal is not None:
            raise self.promise_refusal
        self.promises[query.customer_id] = query.until
        return PromiseRecorded(until=query.until, **self._due(debtor))

    async def status(self, query: GetCrmStatus) -> CrmStatus:
        capabilities = [each for each in Capability if each.value not in self.lacks]
        return CrmStatus(vendor="mikrowisp", capabilities=capabilities, healthy=True, reason=None, source=self.source)

    async def free_slots(self, query: FreeSlots) -> SlotList:
        self.asked.append(query)
        if self.agenda_is != "fine":
            raise ZeroDivisionError
        return SlotList(
            slots=[
                slot for slot in self.slots if all(slot.starts_at != visit.starts_at for visit in self.visits.values())
            ]
        )

    async def book(self, query: BookVisit) -> Visit:
        self.asked.append(query)
        if self.agenda_is == "deaf":
            raise ZeroDivisionError
        if query.booking_key not in self.visits:
            if any(visit.starts_at == query.starts_at for visit in self.visits.values()):
                raise Refusal("slot_taken", "Ocupado.")
            slot = next(slot for slot in self.slots if slot.starts_at == query.starts_at)
            fields = query.model_dump(exclude={"booking_key", "correlation_id", "technician_id"})
            self.visits[query.booking_key] = Visit.model_validate(
                fields | {"visit_id": query.booking_key, "number": len(self.visits) + 1, "status": VisitStatus.SCHEDULED,
                          "ends_at": slot.ends_at, "technician": slot.technician, "zone_name": None}
            )  # fmt: skip
        if self.agenda_is == "broken":
            raise ZeroDivisionError
        return self.visits[query.booking_key]

    async def settle(self, query: SettleBooking) -> BookingSettled:
        self.asked.append(query)
        if self.agenda_is != "fine":
            raise ZeroDivisionError
        return BookingSettled(visit=self.visits.get(query.booking_key))


def slots_from(day: datetime, count: int = 3) -> list[Slot]:
    start = day.astimezone(CORDOBA).replace(hour=10, minute=30).astimezone(UTC)
    return [
        Slot(
            starts_at=start + timedelta(days=n),
            ends_at=start + timedelta(days=n, minutes=90),
            technician=AgentRef(id="leandro", name="Leandro Funes"),
        )
        for n in range(count)
    ]


@pytest.fixture
async def around(make_bus) -> Around:
    """The neighbours, answering on the bus."""
    made = Around(slots=slots_from(TUESDAY_11 + timedelta(days=1)))
    outside = await make_bus("around")
    for query, handler in (
        (FindCustomers, made.find), (GetAccount, made.account), (FetchInvoicePdf, made.pdf), (GetCrmStatus, made.status),
        (GetPaymentLink, made.payment_link), (GetPromiseTerms, made.promise_terms), (PromisePayment, made.promise),
        (FreeSlots, made.free_slots), (BookVisit, made.book), (SettleBooking, made.settle),
    ):  # fmt: skip
        outside.answer(query, handler)
    await outside.start()
    return made
