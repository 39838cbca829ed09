"""The two ends of a send, as events. The same send gives the same event ids."""

from datetime import datetime
from typing import Literal

from ispbot_contracts.whatsapp import MessageSendFailed, MessageSent, SendMessage

FailureReason = Literal[
    "not_on_whatsapp", "cold_contact_limit", "rejected", "expired", "media_missing", "unknown_outcome"
]


def sent(command: SendMessage, wa_id: str, sent_at: datetime) -> MessageSent:
    """Return the event of a message that WhatsApp has."""
    return MessageSent.caused_by(
        command, "sent", contact_id=command.contact_id, send_id=command.id, wa_id=wa_id, sent_at=sent_at,
        author=command.author, content=command.content, ticket_id=command.ticket_id, quoted_wa_id=command.quoted_wa_id,
    )  # fmt: skip


def failed(command: SendMessage, reason: FailureReason, detail: str) -> MessageSendFailed:
    """Return the event of a message that will not be sent."""
    return MessageSendFailed.caused_by(
        command, "failed", contact_id=command.contact_id, send_id=command.id, reason=reason, detail=detail,
        author=command.author, content=command.content, ticket_id=command.ticket_id,
    )  # fmt: skip
