"""Messages of the library, into what the gateway understands. Wrappers are already unwrapped by whatsmeow."""

from datetime import UTC, datetime

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import UndecryptableContent, UnsupportedContent
from ispbot_gateway_wa.adapters.neonize.content import body_of, context_of, name_of
from ispbot_gateway_wa.adapters.neonize.jids import address_of
from ispbot_gateway_wa.adapters.neonize.vendor import (
    ChatPresenceEv,
    MessageEv,
    MessageInfo,
    ReceiptEv,
    UndecryptableMessageEv,
)
from ispbot_gateway_wa.ports import Edited, MessageIn, Reacted, ReceiptIn, Revoked, Said, TypingIn
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_NO_SENSE = (ValueError, OverflowError, RecursionError)
"""What converting raises of values that no honest phone sends (what a model refuses is a ValueError)."""
_DELIVERED = {ReceiptEv.DELIVERED, ReceiptEv.INACTIVE}
_READ = {ReceiptEv.READ, ReceiptEv.PLAYED}


def message_of(event: MessageEv, *, offline: bool) -> MessageIn | None:
    """Return a message, None for what people never see (key exchange, settings of the chat).

    Values that make no sense give an UnsupportedContent: WhatsApp was told "received", so the message is ours to keep.
    """
    try:
        body, quoted = body_of(event), context_of(event.Message)
    except _NO_SENSE as error:
        kind = name_of(event.Message)
        log.error("message_makes_no_sense", kind=kind, reason=type(error).__name__)
        body, quoted = Said(UnsupportedContent(original=kind)), None
    if body is None:
        return None
    return _arrival(event.Info, body, offline=offline, quoted_wa_id=quoted.stanzaID if quoted is not None else None)


def undecryptable_of(event: UndecryptableMessageEv, *, offline: bool) -> MessageIn:
    """Return the placeholder of a message that could not be read."""
    return _arrival(event.Info, Said(UndecryptableContent()), offline=offline, quoted_wa_id=None)


def receipt_of(event: ReceiptEv) -> ReceiptIn | None:
    """Return a receipt of our messages, None for the kinds that only devices care about."""
    if event.Type not in _DELIVERED | _READ:
        return None
    chat, sender = address_of(event.MessageSource.Chat), address_of(event.MessageSource.Sender)
    if chat is None or not event.MessageIDs:
        return None
    return ReceiptIn(
        chat=chat,
        sender=sender or chat,
        status="read" if event.Type in _READ else "delivered",
        wa_ids=tuple(event.MessageIDs),
        at=_moment(event.Timestamp),
    )


def typing_of(event: ChatPresenceEv) -> TypingIn | None:
    """Return a typing hint."""
    chat = address_of(event.MessageSource.Chat)
    return TypingIn(chat=chat, typing=event.State == ChatPresenceEv.COMPOSING) if chat is not None else None


def _arrival(
    info: MessageInfo, body: Said | Edited | Revoked | Reacted, *, offline: bool, quoted_wa_id: str | None
) -> MessageIn:
    source = info.MessageSource
    chat = address_of(source.Chat) or "@"
    return MessageIn(
        chat=chat,
        sender=address_of(source.Sender) or chat,
        sender_alt=address_of(source.SenderAlt),
        recipient_alt=address_of(source.RecipientAlt),
        wa_id=info.ID,
        from_me=source.IsFromMe,
        push_name=info.Pushname or None,
        sent_at=_moment(info.Timestamp / 1000),
        offline=offline,
        body=body,
        quoted_wa_id=quoted_wa_id or None,
    )


def _moment(seconds: float) -> datetime:
    """Return a time of WhatsApp's; now for one that is no time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return utc_now()
