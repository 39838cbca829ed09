"""The other services as the conversation needs them: every question is bounded, and one that keeps failing is not asked for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from ispbot_contracts.base import Query
from ispbot_contracts.common import CustomerRef
from ispbot_contracts.crm import (
    AccountFound,
    Capability,
    CrmStatus,
    CustomersFound,
    FetchInvoicePdf,
    FindCustomers,
    GetAccount,
    GetCrmStatus,
    InvoicePdf,
)
from ispbot_contracts.crm_writes import (
    GetPaymentLink,
    GetPromiseTerms,
    PaymentLink,
    PromisePayment,
    PromiseRecorded,
    PromiseTerms,
)
from ispbot_contracts.scheduler import BookVisit, FreeSlots, SettleBooking, Slot, Visit, VisitKind
from ispbot_router.verified import require_verified
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

ASK_LIMIT_S = 3.0
"""No customer (and no partition) waits longer than this for a neighbour."""

_FAILURES_TO_OPEN = 3
_OPEN_S = 5.0
_STATUS_EVERY_S = 5.0
_SET_UP_SEEN_S = 0.5
"""A system that was just set up is used at once."""

_READS: tuple[type[Query[Any]], ...] = (
    FindCustomers,
    GetAccount,
    FetchInvoicePdf,
    GetPaymentLink,
    GetPromiseTerms,
    FreeSlots,
)
"""Questions that change nothing. Every other one is asked only by who has read the conversation from the database."""

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class NeighbourAway(Exception):
    """A neighbour did not answer in time, or said that what stands behind it does not."""


class CrmAway(NeighbourAway):
    """The management system can not be asked now."""


class FileSlow(CrmAway):
    """The file takes longer than anybody waits; crm-adapter goes on fetching it for the next try."""


class CrmNotSetUp(NeighbourAway):
    """No management system is configured."""


class AgendaAway(NeighbourAway):
    """The agenda can not be asked now."""


class _Line:
    """Asks one neighbour; after some silences in a row it answers "away" at once for a few seconds."""

    def __init__(self, ask: Callable[..., Awaitable[BaseModel]], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    async def ask(self, query: Query[AnswerT]) -> AnswerT:
        """Ask. Raises Unavailable or Refusal; CopyUnverified before a question that changes something is asked."""
        if not isinstance(query, _READS):
            require_verified(query.name)
        if self._clock() < self._open_until:
            raise Unavailable(f"{query.owner}: not asked, it did not answer lately")
        try:
            answer = await self._ask(query, timeout_s=ASK_LIMIT_S)
        except Unavailable:
            self._failures += 1
            if self._failures >= _FAILURES_TO_OPEN:
                self._open_until = self._clock() + _OPEN_S
            raise
        except Refusal:
            self._failures = 0
            raise
        self._failures = 0
        return answer  # type: ignore[return-value]  # the bus answers with the model of AnswerT


class Crm:
    """The management system behind crm-adapter. Other refusals than "away" and "not set up" come through."""

    def __init__(self, bus: Bus) -> None:
        self._line = _Line(bus.ask)
        self._bus = bus
        self.status: CrmStatus | None = None
        """As last told; None before the first answer."""

    async def find(self, by: Literal["phone", "document", "number"], value: str) -> CustomersFound:
        """Return everybody who matches."""
        return await self._ask(FindCustomers(by=by, value=value))

    async def account(self, of: CustomerRef) -> AccountFound:
        """Return a customer with invoices. Refusal: customer_not_found."""
        return await self._ask(GetAccount(customer_id=of.customer_id, source=of.source))

    async def invoice_pdf(self, of: CustomerRef) -> InvoicePdf:
        """Return the invoice to pay next as a file. Refusals: customer_not_found, no_invoice, no_pdf."""
        try:
            return await self._ask(FetchInvoicePdf(customer_id=of.customer_id, source=of.source))
        except CrmAway as away:
            if isinstance(away.__cause__, Refusal) and away.__cause__.details.get("reason") == "timeout":
                raise FileSlow(str(away)) from away
            raise

    async def payment_link(self, of: CustomerRef) -> PaymentLink:
        """Return a link that pays what is owed. Refusals: customer_not_found, nothing_owed, no_link, not_supported."""
        return await self._ask(GetPaymentLink(customer_id=of.customer_id, source=of.source))

    async def promise_terms(self, of: CustomerRef) -> PromiseTerms:
        """Return until when a payment can be promised. Refusals: those of ``GetPromiseTerms``."""
        return await self._ask(GetPromiseTerms(customer_id=of.customer_id, source=of.source))

    async def promise(self, of: CustomerRef, until: date, request_key: str, contact_id: str) -> PromiseRecorded:
        """Book a payment promise; the same key is the same promise. Refusals: those of ``PromisePayment``."""
        return await self._ask(
            PromisePayment(
                customer_id=of.customer_id, source=of.source, until=until, request_key=request_key, contact_id=contact_id
            )
        )  # fmt: skip

    @property
    def source(self) -> str:
        """Name of the system in use, whose ids are not those of another one; empty while it is not known."""
        return self.status.source if self.status is not None else ""

    def can(self, capability: Capability) -> bool:
        """Tell whether the configured system does this; yes while we do not know."""
        return self.status is None or capability in self.status.capabilities

    def limit(self) -> str | None:
        """Return why customers' data can not be asked now, for /readyz."""
        if self.status is None:
            return "crm-adapter has not answered yet"
        if self.status.vendor is None:
            return "no management system is configured"
        return None if self.status.healthy else (self.status.reason or "the management system does not answer")

    async def refresh(self) -> None:
        """Ask for the status once; an adapter that is away leaves what was known, marked as not healthy."""
        try:
            self.status = await self._bus.ask(GetCrmStatus(), timeout_s=ASK_LIMIT_S)
        except (Unavailable, Refusal) as error:
            if self.status is not None and self.status.healthy:
                log.warning("crm_status_unknown", reason=str(error))
                self.status = self.status.model_copy(update={"healthy": False, "reason": "crm-adapter does not answer"})

    async def follow(self) -> None:
        """Keep the status current for the life of the process."""
        while True:
            await self.refresh()
            set_up = self.status is not None and self.status.vendor is not None
            await asyncio.sleep(_STATUS_EVERY_S if set_up else _SET_UP_SEEN_S)

    async def _ask(self, query: Query[AnswerT]) -> AnswerT:
        try:
            return await self._line.ask(query)
        except Unavailable as error:
            raise CrmAway(str(error)) from error
        except Refusal as refusal:
            if refusal.code == "crm_unavailable":
                raise CrmAway(refusal.message) from refusal
            if refusal.code == "crm_not_configured":
                raise CrmNotSetUp(refusal.message) from refusal
            raise


class Agenda:
    """The scheduler's agenda."""

    def __init__(self, bus: Bus) -> None:
        self._line = _Line(bus.ask)

    async def free_slots(self, kind: VisitKind, zone_id: str | None, *, limit: int) -> list[Slot]:
        """Return the next free times."""
        try:
            return (await self._line.ask(FreeSlots(kind=kind, zone_id=zone_id, limit=limit))).slots
        except Unavailable as error:
            raise AgendaAway(str(error)) from error

    async def book(self, query: BookVisit) -> Visit:
        """Book a time. Refusals: slot_taken, slot_not_offered."""
        try:
            return await self._line.ask(query)
        except Unavailable as error:
            raise AgendaAway(str(error)) from error

    async def settle(self, booking_key: str) -> Visit | None:
        """Return what became of a booking whose answer got lost; None when there is no visit and never will be."""
        try:
            return (await self._line.ask(SettleBooking(booking_key=booking_key))).visit
        except Unavailable as error:
            raise AgendaAway(str(error)) from error
