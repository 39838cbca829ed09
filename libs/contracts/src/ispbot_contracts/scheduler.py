"""Owner: scheduler. Visits, installations and free slots."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from ispbot_contracts.base import ContactId, Event, Frozen, Query
from ispbot_contracts.common import AgentRef, CustomerRef


class _Owned:
    owner: ClassVar[str] = "scheduler"


class VisitKind(StrEnum):
    """The calendar's tabs (a commercial visit is booked under installations)."""

    TECHNICAL = "technical"
    INSTALLATION = "installation"


class VisitStatus(StrEnum):
    """State of a visit."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"


class Slot(Frozen):
    """A free time of one technician."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    technician: AgentRef


class SlotList(Frozen):
    """Free slots, earliest first."""

    slots: list[Slot]


class FreeSlots(_Owned, Query[SlotList]):
    """When can somebody come? The zone's technician comes first."""

    name: ClassVar[str] = "free_slots"
    answer: ClassVar = SlotList
    kind: VisitKind
    zone_id: str | None = None
    limit: int = 6


class Visit(Frozen):
    """A booked visit."""

    visit_id: str
    number: int
    kind: VisitKind
    status: VisitStatus
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    technician: AgentRef
    contact_id: ContactId | None
    customer: CustomerRef | None
    customer_name: str
    phone: str | None
    address: str | None
    zone_id: str | None
    zone_name: str | None
    notes: str | None
    booked_by: str
    """``bot`` or the agent's id."""


class BookVisit(_Owned, Query[Visit]):
    """Book a slot. The same ``booking_key`` again answers with the same visit. Refusals: slot_taken, slot_not_offered."""

    name: ClassVar[str] = "book_visit"
    answer: ClassVar = Visit
    booking_key: str
    correlation_id: str
    kind: VisitKind
    starts_at: AwareDatetime
    technician_id: str
    contact_id: ContactId | None = None
    customer: CustomerRef | None = None
    customer_name: str
    phone: str | None = None
    address: str | None = None
    zone_id: str | None = None
    notes: str | None = None
    booked_by: str


class BookingSettled(Frozen):
    """What became of a booking: the visit, or None when there is none and, from now on, never will be."""

    visit: Visit | None


class SettleBooking(_Owned, Query[BookingSettled]):
    """What became of a booking whose answer got lost? One that was not made is not made any more either, however late it
    arrives; one that was made stays."""

    name: ClassVar[str] = "settle_booking"
    answer: ClassVar = BookingSettled
    booking_key: str


class VisitList(Frozen):
    """Visits in a span, earliest first."""

    visits: list[Visit]


class ListVisits(_Owned, Query[VisitList]):
    """Visits that start in [from_at, to_at)."""

    name: ClassVar[str] = "list_visits"
    answer: ClassVar = VisitList
    from_at: AwareDatetime
    to_at: AwareDatetime
    limit: int = 200


class VisitBooked(_Owned, Event):
    """A visit was booked."""

    name: ClassVar[str] = "visit_booked"
    key_field: ClassVar[str] = "visit_id"
    visit_id: str
    visit: Visit
    booking_key: str | None = None
    """That of the ``BookVisit``; None in events of older versions."""
