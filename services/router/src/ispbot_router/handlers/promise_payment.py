"""Prometer un pago: choose a day within what the provider allows; the management system keeps the promise."""

from datetime import date, timedelta

from ispbot_contracts.base import derive_id
from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Spot
from ispbot_router.domain.session import Choice
from ispbot_router.texts import payments as texts
from ispbot_router.texts.figures import long_day
from ispbot_router.turn import Turn
from ispbot_runtime.errors import Refusal

_MOST_DAYS = 6
_OWN_REFUSALS = frozenset({"promise_pending", "promise_limit", "promise_refused"})
"""Refusals whose Spanish words are for the customer."""


async def offer_promise(turn: Turn, _: Spot) -> str | None:
    """Offer the days until which a payment can be promised."""
    try:
        terms = await turn.desk.crm.promise_terms(turn.account.customer_id)
    except Refusal as refusal:
        return _no_promise(turn, refusal)
    days = days_between(turn.today, terms.latest)
    if not days:
        turn.offer("promise", texts.NO_PROMISE, _instead(turn))
        return None
    choices = [Choice(f"do:promise:{day.isoformat()}", long_day(day)) for day in days]
    turn.offer("promise", texts.offer_days(terms), choices)
    return None


async def take_day(turn: Turn, day: str) -> str | None:
    """Book the promise. One contract has one promise until one day, however often it is asked for."""
    customer_id = turn.account.customer_id
    key = derive_id("promise", customer_id, day)
    try:
        recorded = await turn.desk.crm.promise(customer_id, date.fromisoformat(day), key)
    except Refusal as refusal:
        return _no_promise(turn, refusal)
    turn.offer("promise", texts.promised(recorded), turn.follow_ups(MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR))
    return None


def days_between(today: date, latest: date) -> list[date]:
    """Return at most six days after today up to ``latest``, spread evenly, the last one always among them."""
    count = (latest - today).days
    if count <= _MOST_DAYS:
        return [today + timedelta(days=number) for number in range(1, count + 1)]
    return [today + timedelta(days=round(count * number / _MOST_DAYS)) for number in range(1, _MOST_DAYS + 1)]


def _no_promise(turn: Turn, refusal: Refusal) -> str | None:
    match refusal.code:
        case "nothing_owed":
            turn.offer("promise", texts.NOTHING_OWED, turn.follow_ups(MenuAction.INVOICE))
        case "not_supported":
            turn.offer("promise", texts.NO_PROMISE, _instead(turn))
        case code if code in _OWN_REFUSALS:
            turn.offer("promise", texts.refused(refusal.message), _instead(turn))
        case _:
            raise refusal
    return None


def _instead(turn: Turn) -> list[Choice]:
    return turn.follow_ups(MenuAction.PAYMENT_LINK, MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR)
