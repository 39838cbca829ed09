"""Pedir una visita: choose a free time, say where, confirm; a time that somebody else took meanwhile is offered no more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import LatLng
from ispbot_contracts.scheduler import BookVisit, Slot, Visit, VisitKind
from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Spot
from ispbot_router.domain.session import Choice, OfferedSlot, Step, VisitDraft
from ispbot_router.handlers.settle_visit import facts_of, visit_notice
from ispbot_router.neighbours import AgendaAway
from ispbot_router.texts import figures
from ispbot_router.texts import visits as texts
from ispbot_router.texts.menus import CANCEL
from ispbot_router.turn import Turn
from ispbot_runtime.errors import Refusal

_SHORTEST_ADDRESS = 6
_ASKED, _SHOWN, _SHOWN_PER_DAY = 30, 6, 3
"""Of the next free times, how many are shown and how many of one day: people want a choice of days."""
_GONE = {"slot_taken", "slot_not_offered"}


async def book_technical(turn: Turn, _: Spot) -> str | None:
    """A customer asks for a technician."""
    return await _begin(turn, VisitDraft("technical", (), address=turn.account.address, position=turn.account.position))


async def book_installation(turn: Turn, _: Spot) -> str | None:
    """Somebody asks for a commercial visit."""
    account = turn.session.account
    address = account.address if account else None
    return await _begin(turn, VisitDraft("installation", (), address=address, position=turn.session.place))


async def offer_again(turn: Turn, _: str = "") -> str | None:
    """The customer wants another time."""
    return await _offer(turn, _draft(turn))


async def take_slot(turn: Turn, index: str) -> str | None:
    """A time was chosen: ask where to go, or read it back."""
    draft = _draft(turn)
    slot = draft.slots[int(index)]
    key = derive_id("visit", turn.session.contact_id, turn.message.id)
    turn.session = replace(turn.session, visit=replace(draft, slot=slot, key=key))
    return "do:read_back" if draft.address else "do:ask_address"


async def ask_address(turn: Turn, _: str = "") -> str | None:
    """Ask where to go."""
    nameless = turn.session.account is None and not turn.message.push_name
    turn.ask("visit", texts.ask_address(_draft(turn).kind, name_too=nameless), Step.ADDRESS)
    return None


async def take_address(turn: Turn, text: str) -> str | None:
    """The customer wrote where to go."""
    address = " ".join(text.split())
    if len(address) < _SHORTEST_ADDRESS or not any(ch.isalpha() for ch in address):
        turn.ask("visit", texts.ADDRESS_TOO_SHORT, Step.ADDRESS)
        return None
    turn.session = replace(turn.session, visit=replace(_draft(turn), address=address[:200]))
    return "do:read_back"


def take_place(turn: Turn, place: LatLng, address: str | None) -> None:
    """The customer sent where to go as a location."""
    draft = replace(_draft(turn), position=place, address=address or texts.SENT_PLACE)
    turn.session = replace(turn.session, visit=draft, position=place)


async def read_back(turn: Turn, _: str = "") -> str | None:
    """Read the visit back and ask for the yes."""
    draft = _draft(turn)
    choices = [
        Choice("do:confirm", texts.CONFIRM_YES),
        Choice("do:other_slot", texts.CONFIRM_SLOT),
        Choice("do:other_address", texts.CONFIRM_ADDRESS),
    ]
    words = texts.confirm(draft.kind, _when(turn, draft.slot), draft.address or texts.SENT_PLACE)
    turn.offer("visit", words, choices, step=Step.CONFIRM, back=CANCEL)
    return None


async def confirm(turn: Turn, _: str = "") -> str | None:
    """Book it. The draft's key makes a second try the same booking; without an answer it is remembered as unsettled."""
    draft = _draft(turn)
    slot, account = draft.slot, turn.session.account
    if slot is None or draft.key is None:
        return "do:other_slot"
    _require_settled(turn, apart_from=draft.key)
    zone = turn.desk.zones().zone_at(draft.position)
    question = BookVisit(
        booking_key=draft.key, correlation_id=turn.message.correlation_id, kind=VisitKind(draft.kind), starts_at=slot.starts_at,
        technician_id=slot.technician_id, contact_id=turn.session.contact_id, customer=turn.customer,
        customer_name=account.name if account else turn.name, phone=turn.message.phone, address=_place(draft),
        zone_id=zone.zone_id if zone else None, booked_by="bot",
    )  # fmt: skip
    try:
        visit = await turn.desk.agenda.book(question)
    except AgendaAway:
        turn.session = replace(turn.session, unsettled=draft)
        raise
    except Refusal as refusal:
        if refusal.code not in _GONE:
            raise
        turn.session = replace(turn.session, unsettled=None)
        turn.lead = texts.SLOT_GONE
        return "do:other_slot"
    _booked(turn, draft, visit)
    return None


def _booked(turn: Turn, draft: VisitDraft, visit: Visit) -> None:
    turn.session = replace(turn.session, visit=None, unsettled=None)
    turn.offer("visit", texts.booked(draft.kind, **facts_of(visit, draft, turn.desk)), [])
    turn.tell_group(*visit_notice(visit, turn.desk), "visit")


async def _begin(turn: Turn, draft: VisitDraft) -> str | None:
    _require_settled(turn)
    return await _offer(turn, draft)


def _require_settled(turn: Turn, *, apart_from: str | None = None) -> None:
    """Nothing new is booked while nobody knows whether an earlier booking stands. Raises AgendaAway."""
    unsettled = turn.session.unsettled
    if unsettled is not None and unsettled.key != apart_from:
        raise AgendaAway("it is not known yet whether an earlier booking stands")


async def _offer(turn: Turn, draft: VisitDraft) -> str | None:
    zone = turn.desk.zones().zone_at(draft.position)
    found = await turn.desk.agenda.free_slots(VisitKind(draft.kind), zone.zone_id if zone else None, limit=_ASKED)
    slots = tuple(
        OfferedSlot(slot.starts_at, slot.ends_at, slot.technician.id, slot.technician.name)
        for slot in _spread(turn, found)
    )
    if not slots:
        turn.session = replace(turn.session, visit=None)
        turn.offer("visit", texts.no_slots(draft.kind), turn.follow_ups(MenuAction.ADVISOR))
        return None
    turn.session = replace(turn.session, visit=replace(draft, slots=slots, slot=None, key=None))
    labels = [figures.slot(turn.desk.local(slot.starts_at), turn.desk.local(slot.ends_at)) for slot in slots]
    choices = [Choice(f"do:slot:{index}", label) for index, label in enumerate(labels)]
    turn.offer("visit", texts.offer_slots(draft.kind), choices, step=Step.SLOT, back=CANCEL)
    return None


def _spread(turn: Turn, slots: Sequence[Slot]) -> list[Slot]:
    shown: list[Slot] = []
    per_day: Counter[date] = Counter()
    for slot in slots:
        day = turn.desk.local(slot.starts_at).date()
        if per_day[day] < _SHOWN_PER_DAY and len(shown) < _SHOWN:
            per_day[day] += 1
            shown.append(slot)
    return shown


def _draft(turn: Turn) -> VisitDraft:
    if turn.session.visit is None:
        raise LookupError("no visit is being arranged")
    return turn.session.visit


def _when(turn: Turn, slot: OfferedSlot | None) -> str:
    if slot is None:
        raise LookupError("no time was chosen")
    return figures.long_slot(turn.desk.local(slot.starts_at), turn.desk.local(slot.ends_at))


def _place(draft: VisitDraft) -> str | None:
    if draft.address == texts.SENT_PLACE and draft.position is not None:
        return f"https://maps.google.com/?q={draft.position.lat},{draft.position.lng}"
    return draft.address
