"""Book a slot for a customer: exactly one booking wins."""

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import AgentRef
from ispbot_contracts.scheduler import BookVisit, Visit, VisitBooked, VisitStatus
from ispbot_contracts.settings import ZonesSettings
from ispbot_runtime.errors import Refusal
from ispbot_runtime.outbox import Outbox
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_scheduler.agenda import agenda_in_force
from ispbot_scheduler.domain import NotOffered, blocks
from ispbot_scheduler.store import BlocksTaken, VisitStore, visit_id_of


async def book_visit(query: BookVisit, *, store: VisitStore, watch: SettingsWatch, outbox: Outbox) -> Visit:
    """Book it; the same ``booking_key`` again answers with the same visit. Raises slot_taken or slot_not_offered."""
    visit_id = visit_id_of(query.booking_key)
    existing = await store.find(visit_id)
    if existing is not None:
        return existing
    agenda = agenda_in_force(watch)
    try:
        worker = agenda.check_offered(query.starts_at, query.technician_id, query.kind.value, utc_now())
    except NotOffered as error:
        raise Refusal("slot_not_offered", "Ese horario ya no está disponible. Elegí otro.") from error
    zone = next((zone for zone in watch.current(ZonesSettings).zones if zone.zone_id == query.zone_id), None)
    asked = query.model_dump(exclude={"booking_key", "correlation_id", "technician_id"})
    visit = Visit.model_validate(
        asked
        | {
            "visit_id": visit_id,
            "number": await store.next_number(),
            "status": VisitStatus.SCHEDULED,
            "ends_at": query.starts_at + agenda.visit,
            "technician": AgentRef(id=worker.worker_id, name=worker.name),
            "zone_name": zone.name if zone else None,
        }
    )
    booked = VisitBooked(
        id=derive_id("visit_booked", visit_id),
        occurred_at=utc_now(),
        correlation_id=query.correlation_id,
        visit_id=visit_id,
        visit=visit,
        booking_key=query.booking_key,
    )
    try:
        await store.add(visit, blocks(worker.worker_id, visit.starts_at, visit.ends_at), [booked])
    except BlocksTaken as error:
        raise Refusal("slot_taken", "Ese horario se acaba de ocupar. Elegí otro.") from error
    await outbox.flush(visit_id, [booked])
    return await store.find(visit_id) or visit
