"""What arrived, as the events the other services know. Pure."""

from ispbot_contracts.base import ContactId, Event, derive_id
from ispbot_contracts.content import UndecryptableContent
from ispbot_contracts.whatsapp import MessageDeleted, MessageEdited, MessageReceived, ReactionReceived, ReceiptReceived
from ispbot_gateway_wa.domain.addresses import kind_of, phone_digits
from ispbot_gateway_wa.domain.contacts import Contact
from ispbot_gateway_wa.ports import Edited, MessageIn, Reacted, ReceiptIn, Revoked, Said


def person_of(message: MessageIn) -> tuple[str, str | None]:
    """Return the two addresses of the person a message belongs to: the customer, also when our phone wrote."""
    if kind_of(message.chat) == "group":
        return message.sender, message.sender_alt
    return message.chat, message.recipient_alt if message.from_me else message.sender_alt


def direct_event(account: str, message: MessageIn, contact: Contact) -> Event:
    """Return the event of a message in a direct chat."""
    phone = contact.phone or phone_digits(person_of(message)[1]) or phone_digits(message.chat)
    return _event(account, message, contact.contact_id, phone, None)


def group_event(account: str, message: MessageIn, contact_id: ContactId, group_name: str | None) -> Event:
    """Return the event of a message in a group; the phone is its sender's."""
    phone = phone_digits(message.sender_alt) or phone_digits(message.sender)
    return _event(account, message, contact_id, phone, group_name)


def receipt_event(account: str, receipt: ReceiptIn, contact_id: ContactId) -> ReceiptReceived:
    """Return the event of a receipt."""
    return ReceiptReceived.start(
        derive_id(account, receipt.chat, receipt.sender, receipt.status, *receipt.wa_ids),
        contact_id=contact_id,
        wa_ids=list(receipt.wa_ids),
        status=receipt.status,
        at=receipt.at,
    )


def _event(account: str, message: MessageIn, contact_id: ContactId, phone: str | None, group_name: str | None) -> Event:
    place = (account, message.chat, message.wa_id)
    match message.body:
        case Said(content=content):
            # a text that could be read at the second try has the same WhatsApp id as its placeholder
            step = ("undecryptable",) if isinstance(content, UndecryptableContent) else ()
            in_group = kind_of(message.chat) == "group"
            return MessageReceived.start(
                derive_id(*place, *step),
                contact_id=contact_id,
                chat_kind="group" if in_group else "direct",
                chat=message.chat,
                wa_id=message.wa_id,
                from_me=message.from_me,
                phone=phone,
                push_name=None if message.from_me else message.push_name,
                group_name=group_name,
                sender_name=message.push_name if in_group else None,
                sent_at=message.sent_at,
                offline=message.offline,
                content=content,
                quoted_wa_id=message.quoted_wa_id,
            )
        case Edited(target_id=target_id, content=content):
            return MessageEdited.start(
                derive_id(*place, "edited"), contact_id=contact_id, target_wa_id=target_id, from_me=message.from_me,
                content=content, edited_at=message.sent_at, wa_id=message.wa_id,
            )  # fmt: skip
        case Revoked(target_id=target_id):
            return MessageDeleted.start(
                derive_id(*place, "deleted"), contact_id=contact_id, target_wa_id=target_id, from_me=message.from_me,
                wa_id=message.wa_id,
            )  # fmt: skip
        case Reacted(target_id=target_id, emoji=emoji):
            return ReactionReceived.start(
                derive_id(*place, "reaction"), contact_id=contact_id, target_wa_id=target_id, from_me=message.from_me,
                emoji=emoji, wa_id=message.wa_id,
            )  # fmt: skip
