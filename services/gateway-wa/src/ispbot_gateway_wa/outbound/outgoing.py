"""What is to be sent, whoever asked for it: the one shape that the ledger, the governor and the ends of a send know."""

from datetime import datetime

from pydantic import AwareDatetime

from ispbot_contracts.base import ContactId, Frozen
from ispbot_contracts.common import Author
from ispbot_contracts.content import Content
from ispbot_contracts.whatsapp import SendMessage, SendNotice


class Outgoing(Frozen):
    """One message to one person or group. ``send_id`` is its key in the ledger."""

    send_id: str
    contact_id: ContactId
    """Whose conversation it belongs to: the contact as it is now, not the one it was merged from."""
    content: Content
    author: Author
    correlation_id: str
    causation_id: str
    quoted_wa_id: str | None = None
    ticket_id: str | None = None
    expires_at: AwareDatetime | None = None
    recipient_key: str | None = None
    """Only a notice: its end is also told as NoticeSettled."""

    def expired(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.expires_at is not None and self.expires_at < now


def of_message(command: SendMessage, contact_id: ContactId) -> Outgoing:
    """Return what a SendMessage asks for; ``contact_id`` is the contact that holds now."""
    return Outgoing(
        send_id=command.id, contact_id=contact_id, content=command.content, author=command.author,
        correlation_id=command.correlation_id, causation_id=command.id, quoted_wa_id=command.quoted_wa_id,
        ticket_id=command.ticket_id, expires_at=command.expires_at,
    )  # fmt: skip


def of_notice(command: SendNotice, contact_id: ContactId) -> Outgoing:
    """Return what a SendNotice asks for. Its key is the notice, not the command: asked again it is still one message."""
    return Outgoing(
        send_id=command.notice_id, contact_id=contact_id, content=command.content, author=command.author,
        correlation_id=command.correlation_id, causation_id=command.id, ticket_id=command.ticket_id,
        expires_at=command.expires_at, recipient_key=command.recipient_key,
    )  # fmt: skip
