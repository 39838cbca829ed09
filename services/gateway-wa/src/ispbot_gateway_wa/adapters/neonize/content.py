"""What a library message says."""

import base64
import json
import re
from typing import Any

from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import ContextInfo, Message, ProtocolMessage

from ispbot_contracts.common import LatLng
from ispbot_contracts.content import (
    ChoiceContent,
    ContactCard,
    ContactsContent,
    Content,
    LocationContent,
    MediaContent,
    MediaInfo,
    PollContent,
    TextContent,
    UnsupportedContent,
)
from ispbot_gateway_wa.adapters.neonize.vendor import MessageEv
from ispbot_gateway_wa.ports import Edited, Reacted, Revoked, Said

_FILES = {
    "imageMessage": "image", "videoMessage": "video", "ptvMessage": "video", "audioMessage": "audio",
    "documentMessage": "document", "stickerMessage": "sticker",
}  # fmt: skip
_WRAPPERS = (
    "ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension", "documentWithCaptionMessage",
    "associatedChildMessage", "groupMentionedMessage", "spoilerMessage", "lottieStickerMessage", "editedMessage",
)  # fmt: skip
_UNSEEN = {
    "messageContextInfo", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage", "protocolMessage",
    "albumMessage", "pinInChatMessage", "keepInChatMessage", "stickerSyncRmrMessage", "groupRootKeyShare", "deviceSentMessage",
}  # fmt: skip
_POLLS = re.compile(r"^pollCreationMessage(V\d)?$")
_LARGEST = 2**53 - 1
"""The largest number that every reader of JSON keeps, and the database stores: a phone may announce any size."""
_TEL = re.compile(r"^TEL[^:]*:(.+)$", re.MULTILINE | re.IGNORECASE)


def body_of(event: MessageEv) -> Said | Edited | Revoked | Reacted | None:
    """Return what happened: something said, edited, deleted or reacted; None for what people never see."""
    message = _unwrapped(event.Message)
    if message.HasField("protocolMessage"):
        return _protocol(message.protocolMessage)
    if message.HasField("reactionMessage"):
        return Reacted(target_id=message.reactionMessage.key.ID, emoji=message.reactionMessage.text)
    said = said_of(message)
    if said is not None and event.IsEdit:
        return Edited(target_id=event.Info.ID, content=said.content)
    return said


def said_of(message: Message) -> Said | None:
    """Return the content of a message with what is needed to fetch its file."""
    for name, kind in _FILES.items():
        if _has(message, name):
            return _file(message, name, kind)
    content = _choice(message) or _content(message)
    return Said(content) if content is not None else None


def context_of(message: Message) -> ContextInfo | None:
    """Return the context (what is quoted) of whichever part carries one."""
    for field, value in _unwrapped(message).ListFields():
        if field.message_type is not None and "contextInfo" in field.message_type.fields_by_name:
            context: ContextInfo = value.contextInfo
            return context
    return None


def name_of(message: Message) -> str:
    """Return what the library calls this kind of message."""
    return next((field.name for field, _ in message.ListFields() if field.name not in _UNSEEN), "message")


def _has(message: Any, name: str) -> bool:
    found: bool = message.HasField(name)
    return found


def _unwrapped(message: Message) -> Message:
    for name in _WRAPPERS:
        if _has(message, name) and _has(getattr(message, name), "message"):
            return _unwrapped(getattr(message, name).message)
    return message


def _protocol(protocol: ProtocolMessage) -> Edited | Revoked | None:
    if protocol.type == ProtocolMessage.REVOKE:
        return Revoked(target_id=protocol.key.ID)
    if protocol.type == ProtocolMessage.MESSAGE_EDIT:
        said = said_of(_unwrapped(protocol.editedMessage))
        return Edited(target_id=protocol.key.ID, content=said.content) if said is not None else None
    return None


def _content(message: Message) -> Content | None:
    if message.conversation:
        return TextContent(text=message.conversation)
    if message.HasField("extendedTextMessage"):
        return TextContent(text=message.extendedTextMessage.text)
    return _place(message) or _contacts(message) or _poll_or_unknown(message)


def _place(message: Message) -> LocationContent | None:
    if message.HasField("locationMessage"):
        place = message.locationMessage
        return _location(place, name=place.name, address=place.address, live=place.isLive)
    if message.HasField("liveLocationMessage"):
        return _location(message.liveLocationMessage, name=message.liveLocationMessage.caption, address="", live=True)
    return None


def _contacts(message: Message) -> ContactsContent | None:
    if message.HasField("contactMessage"):
        return ContactsContent(cards=[_card(message.contactMessage)])
    if message.HasField("contactsArrayMessage"):
        return ContactsContent(cards=[_card(card) for card in message.contactsArrayMessage.contacts])
    return None


def _poll_or_unknown(message: Message) -> Content | None:
    for field, value in message.ListFields():
        if _POLLS.match(field.name):
            return PollContent(question=value.name, options=[option.optionName for option in value.options])
        if field.name not in _UNSEEN:
            return UnsupportedContent(original=field.name)
    return None


def _choice(message: Message) -> ChoiceContent | None:
    if message.HasField("buttonsResponseMessage"):
        button = message.buttonsResponseMessage
        return ChoiceContent(choice_id=button.selectedButtonID, text=button.selectedDisplayText)
    if message.HasField("listResponseMessage"):
        row = message.listResponseMessage
        return ChoiceContent(choice_id=row.singleSelectReply.selectedRowID, text=row.title)
    if message.HasField("templateButtonReplyMessage"):
        reply = message.templateButtonReplyMessage
        return ChoiceContent(choice_id=reply.selectedID, text=reply.selectedDisplayText)
    if message.HasField("interactiveResponseMessage"):
        answer = message.interactiveResponseMessage
        return ChoiceContent(choice_id=_flow_id(answer.nativeFlowResponseMessage.paramsJSON), text=answer.body.text)
    return None


def _flow_id(params: str) -> str:
    try:
        values = json.loads(params or "{}")
    except (ValueError, RecursionError):
        return ""
    found = str(values.get("id", "")) if isinstance(values, dict) else ""
    return found.encode(errors="replace").decode()  # JSON can name half a character, which nothing can write


def _location(place: Any, *, name: str, address: str, live: bool) -> LocationContent:
    position = LatLng(lat=place.degreesLatitude, lng=place.degreesLongitude)
    return LocationContent(position=position, name=name or None, address=address or None, live=live)


def _card(card: Any) -> ContactCard:
    return ContactCard(
        name=card.displayName, phones=[tel.strip() for tel in _TEL.findall(card.vcard)], vcard=card.vcard or None
    )


def _file(message: Message, name: str, kind: str) -> Said:
    part = getattr(message, name)
    only = Message()
    getattr(only, name).CopyFrom(part)
    info = MediaInfo(
        mime=part.mimetype or "application/octet-stream",
        name=(getattr(part, "fileName", "") or None),
        size_bytes=min(part.fileLength, _LARGEST) or None,
        sha256=part.fileSHA256.hex() or None,
        seconds=getattr(part, "seconds", 0) or None,
    )
    voice = kind == "audio" and part.PTT
    content = MediaContent(kind="voice" if voice else kind, media=info, caption=getattr(part, "caption", "") or None)
    remote = {"message": base64.b64encode(only.SerializeToString()).decode(), "sha256": part.fileSHA256.hex()}
    return Said(content, remote)
