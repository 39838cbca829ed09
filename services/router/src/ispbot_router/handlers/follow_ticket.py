"""What happens to a customer's ticket: the groups are told, and the chat goes to people and comes back."""

from collections.abc import Sequence

from ispbot_contracts.base import Message
from ispbot_contracts.common import Area
from ispbot_contracts.content import TextContent
from ispbot_contracts.settings import BotMode, NotificationSettings, NotifyGroup, OperationSettings
from ispbot_contracts.tickets import TicketClosed, TicketOpened, TicketTransferred
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_router import metrics
from ispbot_router.desk import Desk
from ispbot_router.domain.session import Session
from ispbot_router.handlers.hand_over import attention
from ispbot_router.handlers.receive_message import answer
from ispbot_router.store import Outcome, Sessions
from ispbot_router.texts import people
from ispbot_router.turn import BOT, group_notice
from ispbot_runtime.phones import display_phone

_LONGEST_QUOTE = 200


async def ticket_opened(event: TicketOpened, *, desk: Desk, sessions: Sessions) -> Sequence[Message]:
    """A case waits in the queue: the bot is silent, the area's group knows, and so does a customer who did not ask for it.

    Merges come on another stream. A ticket opened under a name that was absorbed meanwhile may since be one with another
    ticket of the contact: whichever closes gives the chat back. One that has closed already gives it back now, when the
    request for it was merged in after that closing.
    """
    ticket = event.ticket

    async def move(session: Session) -> Outcome:
        if ticket.ticket_id in session.closed_tickets:
            waited = session.contact_id != event.contact_id and session.awaits_ticket()
            return session.given_back(session.heard_until) if waited else session, ()
        known_as = ticket.ticket_id if session.contact_id == event.contact_id else None
        if session.handover is not None:
            return session.handed_over(session.handover.reason, event.occurred_at + desk.pause, known_as), ()
        metrics.HANDOVERS.labels("ticket").inc()
        held = session.handed_over("ticket", event.occurred_at + desk.pause, known_as)
        return held, _say_a_person_looks(event, session, desk) if event.unasked else ()

    told = await sessions.once(event.contact_id, event, move)
    words = people.ticket_notice(
        number=ticket.number, area=ticket.area, name=ticket.customer_name,
        customer_number=ticket.customer.number if ticket.customer else None,
        phone=display_phone(ticket.phone) if ticket.phone else None, reason=ticket.reason, zone=ticket.zone_name,
        last_words=event.words[-1][:_LONGEST_QUOTE] if event.words else None,
    )  # fmt: skip
    return [*told, *_notices(event, desk, _area_group(desk, ticket.area), words)]


def _say_a_person_looks(event: TicketOpened, session: Session, desk: Desk) -> Sequence[Message]:
    if _mode(desk) in {BotMode.STOPPED, BotMode.GATEWAY_ONLY}:
        return ()
    _, department = desk.department(event.ticket.department)
    words = attention(desk, desk.now(), department, people.a_person_looks(department))
    metrics.REPLIES.labels("hand_over").inc()
    content = TextContent(text=words)
    return [SendMessage.caused_by(event, "unasked", contact_id=session.contact_id, content=content, author=BOT)]


async def ticket_transferred(event: TicketTransferred, *, desk: Desk) -> Sequence[Message]:
    """A case changed hands: the agent's own group is told, else the area's."""
    ticket = event.ticket
    groups = desk.settings(NotificationSettings)
    group, to = _area_group(desk, ticket.area), ticket.department
    if event.to_agent is not None:
        own = [entry.group for entry in groups.agents if entry.agent_id == event.to_agent.id]
        group, to = (own[0] if own else None), event.to_agent.name
    elif event.to_department is not None:
        _, to = desk.department(event.to_department)
    words = people.transfer_notice(
        number=ticket.number, name=ticket.customer_name, reason=ticket.reason, by=event.by.name, to=to
    )
    return _notices(event, desk, group, words)


async def ticket_closed(event: TicketClosed, *, desk: Desk, sessions: Sessions) -> Sequence[Message]:
    """The case is resolved: the bot takes the chat back and says so.

    Tickets' events and messages travel on two streams: what the customer wrote after the closing may have come first and
    met silence; it is answered now. The tickets that were joined into it end with it, also those of a contact whose merge
    comes later.
    """
    ended = (*event.joined_ids, event.ticket.ticket_id)

    async def move(session: Session) -> Outcome:
        held = session.handover
        session = session.tickets_closed(*ended)
        if held is not None and held.ticket_id not in {None, *ended}:
            return session, ()
        if held is not None:
            metrics.GIVEN_BACK.labels("closed").inc()
            unheard, session = session.unheard, session.given_back(event.heard_until)
        else:
            unheard = ()
        if _mode(desk) in {BotMode.STOPPED, BotMode.GATEWAY_ONLY}:
            return session, ()
        metrics.REPLIES.labels("closed").inc()
        outputs: list[Message] = [
            SendMessage.caused_by(
                event, "closed", contact_id=session.contact_id, content=TextContent(text=people.closed(event.ticket.number)),
                author=BOT,
            )
        ]  # fmt: skip
        for message in unheard if event.heard_until is not None else ():
            session, answers = await answer(MessageReceived.model_validate_json(message.body), session, desk)
            outputs.extend(answers)
        return session, outputs

    return await sessions.once(event.contact_id, event, move)


def _mode(desk: Desk) -> BotMode:
    return desk.settings(OperationSettings).mode


def _area_group(desk: Desk, area: Area) -> NotifyGroup | None:
    groups = desk.settings(NotificationSettings)
    return groups.sales if area is Area.SALES else groups.support


def _notices(event: Message, desk: Desk, group: NotifyGroup | None, words: str) -> Sequence[Message]:
    if group is None or _mode(desk) is BotMode.STOPPED:
        return ()
    return [group_notice(event, group, words, "ticket")]
