"""Prometer un pago: choose a day within what the provider allows; the management system keeps the promise.

One showing of the days is one asking, named by the id of the message that it answers. The asking goes along in the options,
and customer, day and asking are the promise's key at crm-adapter, which writes a key once:

- The message that chose a day is handled twice (redelivered, or the router died before it saved): the conversation still
  stands at the same options, so the key is the same. So it is when the message that asked for the days comes twice.
- The customer repeats the choice or writes *reintentar* after a silence: the same option is done again, with the same key.
- The customer asks for the days anew: another asking, another key. crm-adapter takes it only when no earlier promise stands
  or may stand; so there are never two, and a "no" or a failure of yesterday's asking is not the answer to today's.
"""

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
        terms = await turn.desk.crm.promise_terms(turn.contract)
    except Refusal as refusal:
        return _no_promise(turn, refusal)
    days = days_between(turn.today, terms.latest)
    if not days:
        turn.offer("promise", texts.NO_PROMISE, _instead(turn))
        return None
    choices = [Choice(f"do:promise:{day.isoformat()}:{turn.message.id}", long_day(day)) for day in days]
    turn.offer("promise", texts.offer_days(terms, turn.today), choices)
    return None


async def take_day(turn: Turn, chosen: str) -> str | None:
    """Book the promise of the day ``chosen`` (``<day>:<asking>``), once for each asking."""
    day, _, asking = chosen.partition(":")
    customer = turn.contract
    key = derive_id("promise", customer.customer_id, day, asking)
    try:
        recorded = await turn.desk.crm.promise(customer, date.fromisoformat(day), key, turn.session.contact_id)
    except Refusal as refusal:
        return _no_promise(turn, refusal)
    turn.offer(
        "promise", texts.promised(recorded, turn.today), turn.follow_ups(MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR)
    )
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
        case "promise_unclear":  # only a person can tell: neither asking again nor another promise helps
            turn.offer("promise", texts.refused(refusal.message), turn.follow_ups(MenuAction.ADVISOR))
        case code if code in _OWN_REFUSALS:
            turn.offer("promise", texts.refused(refusal.message), _instead(turn))
        case _:
            raise refusal
    return None


def _instead(turn: Turn) -> list[Choice]:
    return turn.follow_ups(MenuAction.PAYMENT_LINK, MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR)
