"""How this service's messages are made: derived ids when another message is the cause, version-bound ids when a person is."""

from datetime import datetime
from typing import Any, TypeVar

import structlog

from ispbot_contracts.base import Message, derive_id, utc_now
from ispbot_contracts.tickets import MessageArchived, MessageUpdated, TicketUpdated
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Line

MessageT = TypeVar("MessageT", bound=Message)


def millis(moment: datetime) -> datetime:
    """Return the moment as the database keeps it, in whole milliseconds."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now() -> datetime:
    """Return the present moment in whole milliseconds."""
    return millis(utc_now())


def started(kind: type[MessageT], message_id: str, **fields: Any) -> MessageT:
    """Make a message that a person's question leads to; it carries the question's correlation."""
    correlation = structlog.contextvars.get_contextvars().get("correlation_id")
    return kind(id=message_id, occurred_at=now(), correlation_id=str(correlation or message_id), **fields)


def moved(kind: type[MessageT], conversation: Conversation, **fields: Any) -> MessageT:
    """Make the event of a ticket's move: one version of the conversation, one event."""
    ticket = conversation.ticket
    if ticket is None:
        raise ValueError(f"conversation {conversation.contact_id} has no ticket to speak of")
    event_id = derive_id(conversation.contact_id, kind.name, str(conversation.version))
    return started(kind, event_id, contact_id=conversation.contact_id, ticket=conversation.view(ticket), **fields)


def archived(cause: Message, line: Line, conversation: Conversation) -> MessageArchived:
    """Tell of a new line."""
    return MessageArchived.caused_by(
        cause,
        line.message_id,
        contact_id=line.contact_id,
        message=line.view(),
        ticket=conversation.open_view(),
    )


def updated(cause: Message, line: Line) -> MessageUpdated:
    """Tell of a changed line."""
    return MessageUpdated.caused_by(
        cause, line.message_id, contact_id=line.contact_id, message=line.view(), ticket_id=line.ticket_id
    )


def ticket_updated(cause: Message, conversation: Conversation) -> list[Message]:
    """Tell of a change of the conversation's ticket; nothing when it has none."""
    if conversation.ticket is None:
        return []
    view = conversation.view(conversation.ticket)
    return [TicketUpdated.caused_by(cause, view.ticket_id, contact_id=conversation.contact_id, ticket=view)]
