"""The only place where the parts meet."""

import asyncio
from datetime import date, datetime

from pymongo.errors import PyMongoError

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import AttentionSettings, CompanySettings
from ispbot_contracts.tickets import TicketStatus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.service import Service
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_tickets import metrics
from ispbot_tickets.bus import Surroundings, register
from ispbot_tickets.handlers.look import open_tickets
from ispbot_tickets.store.store import Store

log = get_logger(__name__)

_MEASURE_EVERY_S = 15.0


def surroundings_of(watch: SettingsWatch) -> Surroundings:
    """Return what the use cases know of the company."""

    def local_day(at: datetime) -> date:
        return at.astimezone(watch.current(CompanySettings).tz).date()

    def department_name(department_id: str) -> str:
        departments = watch.current(AttentionSettings).departments
        return next((entry.name for entry in departments if entry.department_id == department_id), department_id)

    def department(wanted: str) -> str:
        ids = [entry.department_id for entry in watch.current(AttentionSettings).departments]
        return wanted if wanted in ids else next(iter(ids), wanted)

    return Surroundings(local_day, department_name, department)


async def measure(store: Store) -> None:
    """Set the gauges of the queue."""
    tickets = await open_tickets(store)
    for status in (TicketStatus.PENDING, TicketStatus.IN_PROGRESS):
        metrics.OPEN.labels(status.value).set(sum(ticket.status is status for ticket in tickets))
    waiting = [ticket.waiting_since for ticket in tickets if ticket.waiting_since is not None]
    metrics.OLDEST_WAIT.set((utc_now() - min(waiting)).total_seconds() if waiting else 0)


async def _measure_for_ever(store: Store) -> None:
    while True:
        try:
            await measure(store)
        except PyMongoError as error:
            log.warning("queue_not_measured", reason=type(error).__name__)
        await asyncio.sleep(_MEASURE_EVERY_S)


async def bootstrap(service: Service) -> None:
    """Wire the service."""
    store = Store(service.database, service.bus)
    await store.prepare()
    register(service.bus, store, surroundings_of(service.watch))
    service.background(store.relay(), "relay")
    service.background(_measure_for_ever(store), "measure")
