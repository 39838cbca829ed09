"""A visit they said yes to and the agenda gave no answer: find out what became of it, and tell the truth once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypedDict

from ispbot_contracts.base import Message
from ispbot_contracts.content import TextContent
from ispbot_contracts.scheduler import Visit, VisitBooked, VisitKind
from ispbot_contracts.settings import BotMode, NotificationSettings, NotifyGroup, OperationSettings
from ispbot_contracts.whatsapp import SendMessage
from ispbot_router import metrics
from ispbot_router.desk import Desk
from ispbot_router.domain.session import Session, VisitDraft
from ispbot_router.neighbours import AgendaAway
from ispbot_router.store import Outcome, Sessions
from ispbot_router.texts import figures
from ispbot_router.texts import visits as texts
from ispbot_router.turn import BOT, Turn, group_notice
from ispbot_runtime.errors import Retryable
from ispbot_runtime.phones import display_phone

CONFIRM = "do:confirm"
_TOLD_AFTER = timedelta(minutes=1)
"""The event of a booking may overtake its answer, and who was asked to try again mostly does so within this time."""
_LOOK_AGAIN_S = 5.0


class Facts(TypedDict):
    """What a customer wants to know of a visit."""

    number: int
    when: str
    where: str
    technician: str


async def settle_visit(turn: Turn) -> None:
    """Find out what became of the unanswered booking, if there is one; when it is on the screen, it is left."""
    draft = turn.session.unsettled
    if draft is None or draft.key is None:
        return
    leaving = turn.session.visit is not None and turn.session.visit.key == draft.key
    if leaving:
        turn.session = replace(turn.session, visit=None, retry=None)
    try:
        visit = await turn.desk.agenda.settle(draft.key)
    except AgendaAway:
        if leaving:
            turn.say("visit", texts.STILL_UNKNOWN)
        return
    turn.session = replace(turn.session, unsettled=None)
    if visit is None:
        turn.say("visit", texts.CANCELLED if leaving else texts.NOT_BOOKED)
        return
    turn.say("visit", texts.stands(draft.kind, **facts_of(visit, draft, turn.desk)))
    turn.tell_group(*visit_notice(visit, turn.desk), "settled-visit")


async def visit_booked(event: VisitBooked, *, desk: Desk, sessions: Sessions) -> Sequence[Message]:
    """A visit stands: who asked for it through the bot and was not told is told now, and so is the group.

    Raises Retryable while the turn that booked it, or the customer's next one, may still tell it.
    """
    contact_id, visit = event.visit.contact_id, event.visit
    if contact_id is None or event.booking_key is None:
        return ()

    async def move(session: Session) -> Outcome:
        draft = _asked_with(event.booking_key, session)
        if draft is None or desk.settings(OperationSettings).mode in {BotMode.STOPPED, BotMode.GATEWAY_ONLY}:
            return session, ()
        if desk.now() - event.occurred_at < _TOLD_AFTER:
            raise Retryable("the customer may be told by their own turn", delay_s=_LOOK_AGAIN_S)
        words = texts.stands(draft.kind, **facts_of(visit, draft, desk))
        outputs: list[Message] = [
            SendMessage.caused_by(
                event, "stands", contact_id=session.contact_id, content=TextContent(text=words), author=BOT
            )
        ]
        group, notice = visit_notice(visit, desk)
        if group is not None:
            outputs.append(group_notice(event, group, notice, "visit"))
        metrics.REPLIES.labels("visit").inc()
        left = replace(session, visit=None, retry=None) if session.visit in {None, draft} else session
        return replace(left, unsettled=None), outputs

    return await sessions.once(contact_id, event, move)


def facts_of(visit: Visit, draft: VisitDraft, desk: Desk) -> Facts:
    """Return what the customer is told of the visit."""
    return Facts(
        number=visit.number, when=_when(visit, desk), where=draft.address or texts.SENT_PLACE, technician=visit.technician.name
    )  # fmt: skip


def visit_notice(visit: Visit, desk: Desk) -> tuple[NotifyGroup | None, str]:
    """Return the group that hears of a visit and what it is told."""
    groups = desk.settings(NotificationSettings)
    technical = visit.kind is VisitKind.TECHNICAL
    words = texts.notice(
        "technical" if technical else "installation", number=visit.number, name=visit.customer_name,
        phone=display_phone(visit.phone) if visit.phone else None, when=_when(visit, desk),
        where=visit.address or texts.SENT_PLACE, technician=visit.technician.name,
    )  # fmt: skip
    return (groups.support if technical else groups.sales), words


def _asked_with(key: str | None, session: Session) -> VisitDraft | None:
    return next((draft for draft in (session.unsettled, session.visit) if draft is not None and draft.key == key), None)


def _when(visit: Visit, desk: Desk) -> str:
    return figures.long_slot(desk.local(visit.starts_at), desk.local(visit.ends_at))
