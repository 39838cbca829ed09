"""A message reached the number: whether the bot answers at all, and within which limits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ispbot_contracts.base import Message
from ispbot_contracts.settings import BotMode, OperationSettings
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_router import metrics
from ispbot_router.desk import Desk
from ispbot_router.domain import loop_guard
from ispbot_router.domain.loop_guard import Answer
from ispbot_router.domain.session import Session, Step, Unheard
from ispbot_router.handlers.converse import converse
from ispbot_router.handlers.hand_over import hand_over
from ispbot_router.handlers.zone_emergency import add_zone_emergency
from ispbot_router.store import Outcome, Sessions
from ispbot_router.texts import menus, people
from ispbot_router.turn import Turn
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_EMERGENCY_EVERY = timedelta(minutes=1)
"""One emergency message answers a burst of messages."""


async def receive_message(message: MessageReceived, *, desk: Desk, sessions: Sessions) -> Sequence[Message]:
    """Answer a customer, or stay silent; groups are not the bot's business."""
    if message.chat_kind == "group":
        return ()

    async def move(session: Session) -> Outcome:
        if message.from_me:
            return _phone_spoke(message, session, desk), ()
        return await answer(message, session, desk)

    return await sessions.once(message.contact_id, message, move)


def _phone_spoke(message: MessageReceived, session: Session, desk: Desk) -> Session:
    """Staff wrote on the company's own phone: the bot leaves the chat to them."""
    until = message.sent_at + desk.pause
    if session.is_with_people(desk.now()):
        return session.person_spoke(until)
    if until <= desk.now():
        return session
    metrics.HANDOVERS.labels("phone").inc()
    return session.handed_over("phone", until)


async def answer(message: MessageReceived, session: Session, desk: Desk) -> Outcome:
    """Answer a customer's message when the bot is to speak at all."""
    now = desk.now()
    if session.is_with_people(now):
        return session.customer_spoke(Unheard(message.sent_at, message.model_dump_json()), now + desk.pause), ()
    if session.was_heard(message.sent_at):  # the closing came first: tickets' events and messages travel on two streams
        return session, ()
    mode = desk.settings(OperationSettings).mode
    if mode in {BotMode.STOPPED, BotMode.GATEWAY_ONLY}:
        metrics.SUPPRESSED.labels(mode.value).inc()
        return session, ()
    turn = Turn(message=message, session=_current(session, desk), desk=desk, now=now)
    if mode is BotMode.EMERGENCY:
        _say_emergency(turn)
    elif now - message.sent_at > timedelta(minutes=desk.bot.late_message_min):
        _say_we_are_back(turn)
    else:
        await _converse_within_limits(turn)
    log.debug("message_answered", contact_id=turn.session.contact_id, step=turn.session.step, outputs=len(turn.outputs))
    return replace(turn.session, last_at=now), turn.outputs


def _current(session: Session, desk: Desk) -> Session:
    if session.handover is not None:
        metrics.GIVEN_BACK.labels("expired").inc()
        return session.begun_anew()
    idle = session.is_idle(desk.now(), timedelta(minutes=desk.bot.session_idle_min))
    return session.begun_anew() if idle else session


def _say_emergency(turn: Turn) -> None:
    said = turn.session.emergency_at
    if said is None or turn.now - said >= _EMERGENCY_EVERY:
        turn.say("emergency", turn.desk.settings(OperationSettings).emergency_message)
        turn.session = replace(turn.session, emergency_at=turn.now)


def _say_we_are_back(turn: Turn) -> None:
    """Once for everything that came in while we were away; the next message starts a conversation."""
    metrics.LATE.inc()
    said = turn.session.late_at
    again = said is None or turn.now - said > timedelta(minutes=turn.desk.bot.session_idle_min)
    turn.session = replace(turn.session.begun_anew(), late_at=turn.now)
    if again:
        turn.say("we_are_back", menus.WE_ARE_BACK)


async def _converse_within_limits(turn: Turn) -> None:
    limits = turn.desk.limits
    answers = turn.session.answers
    turn.session = replace(turn.session, late_at=None)
    if loop_guard.is_spent(answers, turn.now, limits):
        _break_the_loop(turn, "budget")
        return
    await converse(turn)
    if not turn.replies():
        return
    add_zone_emergency(turn)
    digest = turn.digest()
    if not turn.session.is_with_people(turn.now) and loop_guard.repeats(answers, digest, turn.now, limits):
        turn.drop_replies()
        _break_the_loop(turn, "same")
        return
    kept = (*loop_guard.recent(answers, turn.now, limits), Answer(turn.now, digest))
    turn.session = replace(turn.session, answers=kept)


def _break_the_loop(turn: Turn, limit: str) -> None:
    """Say one last thing, call a person, and fall silent."""
    log.warning("loop_guard_tripped", contact_id=turn.session.contact_id, limit=limit)
    metrics.LOOP_TRIPS.labels(limit).inc()
    if turn.session.step is Step.NEW:
        turn.stand_at_main_menu()
    spot = turn.menus.advisor_near(turn.session.bot, turn.session.node_id)
    hand_over(turn, cause="loop", reason=people.REASON_LOOP, spot=spot)
    turn.session = replace(turn.session, answers=())
