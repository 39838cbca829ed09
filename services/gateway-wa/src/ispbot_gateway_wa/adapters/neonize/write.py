"""What the gateway says, as library messages. Always a built message: a plain string would invent mentions from e-mails."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import (
    AudioMessage,
    ContactMessage,
    ContactsArrayMessage,
    ContextInfo,
    DocumentMessage,
    ExtendedTextMessage,
    ImageMessage,
    LocationMessage,
    Message,
    MessageContextInfo,
    StickerMessage,
    VideoMessage,
)

from ispbot_contracts.content import ChoiceContent, ContactsContent, LocationContent, MediaContent, TextContent
from ispbot_gateway_wa.adapters.neonize.vendor import UploadResponse
from ispbot_gateway_wa.failures import Rejected
from ispbot_gateway_wa.ports import Outbound

Upload = Callable[[bytes, str], Awaitable[UploadResponse]]
"""Uploads the bytes of a kind of file."""

_NOT_SENDABLE = 400


def secret_of(key: str, deployment_secret: bytes) -> bytes:
    """Return the 32 bytes that mark a send: the library writes them down before the message leaves."""
    return hmac.new(deployment_secret, key.encode(), hashlib.sha256).digest()


async def build(message: Outbound, *, secret: bytes, own_jid: str, upload: Upload) -> Message:
    """Return the message to send. Raises Rejected for contents that can not be sent."""
    built = await _content(message, _context(message, own_jid), upload)
    built.messageContextInfo.CopyFrom(MessageContextInfo(messageSecret=secret))
    return built


def _context(message: Outbound, own_jid: str) -> ContextInfo | None:
    if message.quote is None:
        return None
    participant = own_jid if message.quote.from_me else message.to
    return ContextInfo(stanzaID=message.quote.wa_id, participant=participant, quotedMessage=Message(conversation=""))


async def _content(message: Outbound, context: ContextInfo | None, upload: Upload) -> Message:
    match message.content:
        case TextContent(text=text) | ChoiceContent(text=text):
            return Message(extendedTextMessage=ExtendedTextMessage(text=text, contextInfo=context))
        case LocationContent() as place:
            return Message(
                locationMessage=LocationMessage(
                    degreesLatitude=place.position.lat, degreesLongitude=place.position.lng, name=place.name,
                    address=place.address, contextInfo=context,
                )
            )  # fmt: skip
        case ContactsContent(cards=cards):
            built = [ContactMessage(displayName=card.name, vcard=card.vcard or "") for card in cards]
            return Message(contactsArrayMessage=ContactsArrayMessage(contacts=built, contextInfo=context))
        case MediaContent() as content if message.file is not None:
            return _file(content, await upload(message.file, content.kind), context)
        case other:
            raise Rejected(_NOT_SENDABLE, f"a {other.kind} can not be sent")


def _file(content: MediaContent, uploaded: UploadResponse, context: ContextInfo | None) -> Message:
    media = content.media
    common: dict[str, Any] = {
        "URL": uploaded.url, "directPath": uploaded.DirectPath, "mediaKey": uploaded.MediaKey,
        "fileEncSHA256": uploaded.FileEncSHA256, "fileSHA256": uploaded.FileSHA256, "fileLength": uploaded.FileLength,
        "mimetype": media.mime, "contextInfo": context,
    }  # fmt: skip
    match content.kind:
        case "image":
            return Message(imageMessage=ImageMessage(**common, caption=content.caption))
        case "video":
            return Message(videoMessage=VideoMessage(**common, caption=content.caption, seconds=media.seconds))
        case "audio" | "voice":
            voice = content.kind == "voice"
            return Message(audioMessage=AudioMessage(**common, seconds=media.seconds, PTT=voice))
        case "sticker":
            return Message(stickerMessage=StickerMessage(**common))
        case "document":
            name = media.name or "archivo"
            return Message(
                documentMessage=DocumentMessage(**common, caption=content.caption, fileName=name, title=name)
            )
