"""Where the scheduler's parts meet."""

from functools import partial

from ispbot_contracts.scheduler import BookVisit, FreeSlots, ListVisits, SettleBooking
from ispbot_runtime.outbox import Outbox
from ispbot_runtime.service import Service
from ispbot_scheduler.handlers.book_visit import book_visit
from ispbot_scheduler.handlers.free_slots import free_slots
from ispbot_scheduler.handlers.list_visits import list_visits
from ispbot_scheduler.handlers.settle_booking import settle_booking
from ispbot_scheduler.store import VisitStore


async def bootstrap(service: Service) -> None:
    """Wire the scheduler."""
    store = VisitStore(service.database)
    await store.prepare()
    outbox = Outbox(store.visits, service.bus)
    service.bus.answer(FreeSlots, partial(free_slots, store=store, watch=service.watch))
    service.bus.answer(BookVisit, partial(book_visit, store=store, watch=service.watch, outbox=outbox))
    service.bus.answer(SettleBooking, partial(settle_booking, store=store))
    service.bus.answer(ListVisits, partial(list_visits, store=store))
    service.background(outbox.relay(), "outbox_relay")
