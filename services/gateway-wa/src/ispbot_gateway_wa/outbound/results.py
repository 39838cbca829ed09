"""The ends of a send, as events. The same send gives the same event ids."""

from datetime import datetime

from ispbot_contracts.base import Message, derive_id, utc_now
from ispbot_contracts.whatsapp import (
    FailureReason,
    MessageSendFailed,
    MessageSent,
    NoticeReason,
    NoticeSettled,
    SendNotice,
)
from ispbot_gateway_wa.outbound.outgoing import Outgoing


def sent(outgoing: Outgoing, wa_id: str, sent_at: datetime) -> list[Message]:
    """Return the events of a message that WhatsApp has."""
    event = MessageSent(
        id=derive_id(outgoing.send_id, MessageSent.name, "sent"), occurred_at=utc_now(),
        correlation_id=outgoing.correlation_id, causation_id=outgoing.causation_id, contact_id=outgoing.contact_id,
        send_id=outgoing.send_id, wa_id=wa_id, sent_at=sent_at, author=outgoing.author, content=outgoing.content,
        ticket_id=outgoing.ticket_id, quoted_wa_id=outgoing.quoted_wa_id,
    )  # fmt: skip
    if outgoing.recipient_key is None:
        return [event]
    settled = NoticeSettled(
        id=derive_id(outgoing.send_id, NoticeSettled.name, "sent"), occurred_at=utc_now(),
        correlation_id=outgoing.correlation_id, causation_id=outgoing.causation_id,
        recipient_key=outgoing.recipient_key, notice_id=outgoing.send_id, outcome="sent",
        contact_id=outgoing.contact_id, wa_id=wa_id,
    )  # fmt: skip
    return [event, settled]


def failed(outgoing: Outgoing, reason: FailureReason, detail: str) -> list[Message]:
    """Return the event of a message that will not be sent, or of which nobody knows whether it was."""
    if outgoing.recipient_key is not None:
        return [
            NoticeSettled(
                id=derive_id(outgoing.send_id, NoticeSettled.name, "failed"), occurred_at=utc_now(),
                correlation_id=outgoing.correlation_id, causation_id=outgoing.causation_id,
                recipient_key=outgoing.recipient_key, notice_id=outgoing.send_id, outcome="failed", reason=reason,
                detail=detail, contact_id=outgoing.contact_id,
            )
        ]  # fmt: skip
    return [
        MessageSendFailed(
            id=derive_id(outgoing.send_id, MessageSendFailed.name, "failed"), occurred_at=utc_now(),
            correlation_id=outgoing.correlation_id, causation_id=outgoing.causation_id,
            contact_id=outgoing.contact_id, send_id=outgoing.send_id, reason=reason, detail=detail,
            author=outgoing.author, content=outgoing.content, ticket_id=outgoing.ticket_id,
        )
    ]  # fmt: skip


def deferred(command: SendNotice, reason: NoticeReason, retry_at: datetime) -> NoticeSettled:
    """Return the event that asks a notice's sender to come again."""
    return NoticeSettled.caused_by(
        command, "deferred", recipient_key=command.recipient_key, notice_id=command.notice_id, outcome="deferred",
        reason=reason, retry_at=retry_at,
    )  # fmt: skip
