"""The scheduler on the real bus and database."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import LatLng
from ispbot_contracts.scheduler import BookVisit, FreeSlots, ListVisits, SettleBooking, VisitBooked, VisitKind
from ispbot_contracts.settings import AgendaHours, AgendaSettings, CompanySettings, Technician, Zone, ZonesSettings
from ispbot_runtime.errors import Refusal
from ispbot_runtime.outbox import Outbox
from ispbot_runtime.testing import published
from ispbot_scheduler.domain import Agenda, Shift, Worker, blocks, free_slots
from ispbot_scheduler.handlers.book_visit import book_visit
from ispbot_scheduler.handlers.free_slots import free_slots as free_slots_handler
from ispbot_scheduler.handlers.list_visits import list_visits
from ispbot_scheduler.handlers.settle_booking import settle_booking
from ispbot_scheduler.store import VisitStore

CORDOBA = ZoneInfo("America/Argentina/Cordoba")
ALL_WEEK = [AgendaHours(weekday=day, opens=time(9), closes=time(18)) for day in range(7)]


def agenda(**changes) -> Agenda:
    defaults = {
        "tz": CORDOBA, "shifts": tuple(Shift(day, time(9), time(12)) for day in range(5)), "closed_days": frozenset(),
        "visit": timedelta(minutes=90), "notice": timedelta(hours=2), "days_ahead": 7,
        "workers": (Worker("leandro", "Leandro", frozenset({"technical"})), Worker("sergio", "Sergio", frozenset({"technical", "installation"}))),
    }  # fmt: skip
    return Agenda(**defaults | changes)


MONDAY_8 = datetime(2026, 11, 23, 8, tzinfo=CORDOBA).astimezone(UTC)


class TestAgenda:
    def test_times_respect_the_notice_and_fit_before_closing(self):
        starts = list(agenda().starts(MONDAY_8))
        assert [start.astimezone(CORDOBA).strftime("%a %H:%M") for start in starts[:3]] == [
            "Mon 10:30",
            "Tue 09:00",
            "Tue 10:30",
        ]

    def test_holidays_and_days_off_are_skipped(self):
        starts = agenda(closed_days=frozenset({date(2026, 11, 24)})).starts(MONDAY_8)
        assert {start.astimezone(CORDOBA).date().isoformat() for start in list(starts)[:2]} == {
            "2026-11-23",
            "2026-11-25",
        }

    def test_the_zones_own_technician_comes_first_and_another_helps_when_busy(self):
        free = free_slots(agenda(), kind="technical", first="sergio", taken=[], now=MONDAY_8, limit=1)
        assert free[0][1].worker_id == "sergio"
        taken = blocks("sergio", free[0][0], free[0][0] + timedelta(minutes=90))
        again = free_slots(agenda(), kind="technical", first="sergio", taken=taken, now=MONDAY_8, limit=1)
        assert (again[0][0], again[0][1].worker_id) == (free[0][0], "leandro")

    def test_only_those_who_do_the_kind_of_visit_are_offered(self):
        free = free_slots(agenda(), kind="installation", first="leandro", taken=[], now=MONDAY_8, limit=5)
        assert {worker.worker_id for _, worker in free} == {"sergio"}


@pytest.fixture
async def world(database, bus, settings_store, start_watch):
    await settings_store.write(
        CompanySettings(name="Red Sur", timezone="America/Argentina/Cordoba", closed_on_holidays=False), revision=0
    )
    await settings_store.write(
        AgendaSettings(hours=ALL_WEEK, technicians=[Technician(technician_id="leandro", name="Leandro Funes")]),
        revision=0,
    )
    perimeter = [LatLng(lat=0, lng=0), LatLng(lat=0, lng=1), LatLng(lat=1, lng=1)]
    await settings_store.write(
        ZonesSettings(zones=[Zone(zone_id="centro", name="Centro", perimeter=perimeter, technician_id="leandro")]),
        revision=0,
    )
    watch = await start_watch(CompanySettings, AgendaSettings, ZonesSettings)
    store = VisitStore(database)
    await store.prepare()
    outbox = Outbox(store.visits, bus)
    bus.answer(FreeSlots, partial(free_slots_handler, store=store, watch=watch))
    bus.answer(BookVisit, partial(book_visit, store=store, watch=watch, outbox=outbox))
    bus.answer(SettleBooking, partial(settle_booking, store=store))
    bus.answer(ListVisits, partial(list_visits, store=store))
    await bus.start()
    return bus


def booking(slot, key: str) -> BookVisit:
    return BookVisit(
        booking_key=key, correlation_id="m1", kind=VisitKind.TECHNICAL, starts_at=slot.starts_at, technician_id=slot.technician.id,
        customer_name="Ana", zone_id="centro", booked_by="bot", contact_id="c1",
    )  # fmt: skip


async def test_a_booked_time_is_no_longer_offered_and_is_told_to_the_others(world):
    slot = (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL, zone_id="centro"))).slots[0]
    visit = await world.ask(booking(slot, "k1"))
    assert (visit.number, visit.technician.name, visit.zone_name) == (1, "Leandro Funes", "Centro")
    assert slot not in (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots
    [raw] = await published(world, "scheduler.evt.visit_booked.*.*", 1)
    event = VisitBooked.model_validate_json(raw)
    assert (event.visit, event.booking_key) == (visit, "k1")
    listed = await world.ask(ListVisits(from_at=utc_now(), to_at=utc_now() + timedelta(days=30)))
    assert listed.visits == [visit]


async def test_the_same_booking_twice_is_one_visit(world):
    slot = (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots[0]
    first, second = await world.ask(booking(slot, "k1")), await world.ask(booking(slot, "k1"))
    assert first == second


async def test_a_booking_whose_answer_got_lost_is_found_again(world):
    slot = (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots[0]
    visit = await world.ask(booking(slot, "k1"))
    for _ in range(2):
        assert (await world.ask(SettleBooking(booking_key="k1"))).visit == visit


async def test_a_booking_that_was_given_up_books_nothing_however_late_it_arrives(world):
    slot = (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots[0]
    for _ in range(2):
        assert (await world.ask(SettleBooking(booking_key="k1"))).visit is None
    with pytest.raises(Refusal, match="slot_taken"):
        await world.ask(booking(slot, "k1"))
    assert (await world.ask(ListVisits(from_at=utc_now(), to_at=utc_now() + timedelta(days=30)))).visits == []
    assert (await world.ask(booking(slot, "k2"))).starts_at == slot.starts_at, "the time is free for others"


async def test_of_two_customers_who_want_the_same_time_exactly_one_gets_it(world):
    slot = (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots[0]
    results = await asyncio.gather(*(world.ask(booking(slot, f"k{n}")) for n in range(6)), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert len(refusals) == 5
    assert {refusal.code for refusal in refusals} == {"slot_taken"}


async def test_a_time_outside_the_agenda_is_refused(world):
    slot = (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots[0]
    odd = slot.model_copy(update={"starts_at": slot.starts_at + timedelta(minutes=7)})
    with pytest.raises(Refusal, match="slot_not_offered"):
        await world.ask(booking(odd, "k9"))


async def test_without_technicians_nothing_is_offered(world, settings_store):
    stored = await settings_store.read(AgendaSettings)
    await settings_store.write(AgendaSettings(technicians=[]), revision=stored.revision)

    for _ in range(200):
        if not (await world.ask(FreeSlots(kind=VisitKind.TECHNICAL))).slots:
            return
    pytest.fail("the change of settings did not come into force")
