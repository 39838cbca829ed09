"""When can somebody come?"""

from datetime import timedelta

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import AgentRef
from ispbot_contracts.scheduler import FreeSlots, Slot, SlotList
from ispbot_contracts.settings import ZonesSettings
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_scheduler import domain
from ispbot_scheduler.agenda import agenda_in_force
from ispbot_scheduler.store import VisitStore


async def free_slots(query: FreeSlots, *, store: VisitStore, watch: SettingsWatch) -> SlotList:
    """Return the earliest free times; empty when no technician is set up for this kind of visit."""
    agenda = agenda_in_force(watch)
    now = utc_now()
    zones = {zone.zone_id: zone for zone in watch.current(ZonesSettings).zones}
    own = zones[query.zone_id].technician_id if query.zone_id in zones else None
    taken = await store.taken_blocks(now, now + timedelta(days=agenda.days_ahead + 1))
    found = domain.free_slots(agenda, kind=query.kind.value, first=own, taken=taken, now=now, limit=query.limit)
    return SlotList(
        slots=[
            Slot(
                starts_at=start,
                ends_at=start + agenda.visit,
                technician=AgentRef(id=worker.worker_id, name=worker.name),
            )
            for start, worker in found
        ]
    )
