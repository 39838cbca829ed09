"""A person of the staff wrote to the customer: the bot stays out of the chat for longer."""

from collections.abc import Sequence

from ispbot_contracts.base import Message
from ispbot_contracts.common import AuthorKind
from ispbot_contracts.whatsapp import MessageSent
from ispbot_router import metrics
from ispbot_router.desk import Desk
from ispbot_router.domain.session import Session
from ispbot_router.store import Outcome, Sessions


async def agent_spoke(event: MessageSent, *, desk: Desk, sessions: Sessions) -> Sequence[Message]:
    """Extend the pause. Outside any ticket an agent's message starts one; a ticket's last words may arrive after its
    closing and start nothing."""
    if event.author.kind is not AuthorKind.AGENT:
        return ()

    async def move(session: Session) -> Outcome:
        until = event.sent_at + desk.pause
        if session.handover is not None:
            return session.person_spoke(until), ()
        if event.ticket_id is not None or until <= desk.now():
            return session, ()
        metrics.HANDOVERS.labels("agent").inc()
        return session.handed_over("agent", until), ()

    return await sessions.once(event.contact_id, event, move)
