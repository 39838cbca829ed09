"""Frames of the simulated network, into what the gateway understands."""

import re
from datetime import UTC, datetime
from typing import Any

from ispbot_contracts.base import utc_now
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
    UndecryptableContent,
    UnsupportedContent,
)
from ispbot_contracts.whatsapp import GroupInfo, WaAccount
from ispbot_gateway_wa.domain.addresses import phone_digits
from ispbot_gateway_wa.domain.platforms import is_business
from ispbot_gateway_wa.ports import (
    Arrival,
    Edited,
    GroupSeen,
    MessageIn,
    Reacted,
    ReceiptIn,
    RemoteMedia,
    Revoked,
    Said,
    Skipped,
    TypingIn,
)

Frame = dict[str, Any]

_FILES = {"image", "video", "audio", "document", "sticker"}
_TEL = re.compile(r"^TEL[^:]*:(.+)$", re.MULTILINE | re.IGNORECASE)
_RECEIPTS: dict[str, str] = {"delivered": "delivered", "read": "read", "played": "read"}


def account_of(frame: Frame) -> WaAccount:
    """Return the account of a login frame."""
    account = frame["account"]
    platform = account.get("platform") or ""
    return WaAccount(
        number=phone_digits(account["jid"]) or "",
        name=account.get("business_name") or account.get("push_name") or None,
        platform=platform,
        business=is_business(platform),
    )


def arrival_of(frame: Frame) -> Arrival | None:
    """Return what a frame brings, None when it brings nothing to take (an unknown kind of frame)."""
    match frame["t"]:
        case "message":
            return _message(frame, _body(frame["content"]))
        case "undecryptable":
            return _message(frame, Said(UndecryptableContent()))
        case "receipt":
            return _receipt(frame)
        case "group_changed" if frame["change"] != "left":
            group = frame["group"]
            return GroupSeen(address=group["jid"], name=group["subject"], token=frame["delivery_id"])
        case "typing":
            return TypingIn(chat=frame["chat"], typing=frame["state"] == "composing")
        case _:
            token = frame.get("delivery_id")
            return Skipped(token) if token is not None else None


def group_of(group: Frame) -> GroupInfo:
    """Return a group as staff choose it."""
    return GroupInfo(address=group["jid"], name=group["subject"], members=len(group["participants"]))


def _message(frame: Frame, body: Said | Edited | Revoked | Reacted) -> MessageIn:
    info = frame["info"]
    quoted = info.get("quoted")
    return MessageIn(
        chat=info["chat"],
        sender=info["sender"],
        sender_alt=info.get("sender_alt"),
        recipient_alt=info.get("recipient_alt"),
        wa_id=info["id"],
        from_me=info["is_from_me"],
        push_name=info.get("push_name") or None,
        sent_at=datetime.fromtimestamp(info["timestamp_ms"] / 1000, UTC),
        offline=frame.get("offline", False),
        body=body,
        quoted_wa_id=quoted["message_id"] if quoted else None,
        token=frame["delivery_id"],
    )


def _receipt(frame: Frame) -> ReceiptIn | Skipped:
    status = _RECEIPTS.get(frame["type"])
    if status is None:
        return Skipped(frame["delivery_id"])
    return ReceiptIn(
        chat=frame["chat"],
        sender=frame["sender"],
        status="read" if status == "read" else "delivered",
        wa_ids=tuple(frame["ids"]),
        at=datetime.fromtimestamp(frame["timestamp_s"], UTC) if frame.get("timestamp_s") else utc_now(),
        token=frame["delivery_id"],
    )


def _body(content: Frame) -> Said | Edited | Revoked | Reacted:
    match content["kind"]:
        case "reaction":
            return Reacted(target_id=content["target_id"], emoji=content["emoji"])
        case "edit":
            return Edited(target_id=content["target_id"], content=TextContent(text=content["text"]))
        case "revoke":
            return Revoked(target_id=content["target_id"])
        case kind if kind in _FILES:
            return _file(content)
        case _:
            return Said(_content(content))


def _content(content: Frame) -> Content:
    match content["kind"]:
        case "text":
            return TextContent(text=content["text"])
        case "location":
            return LocationContent(
                position=LatLng(lat=content["latitude"], lng=content["longitude"]),
                name=content.get("name"),
                address=content.get("address"),
                live=content.get("live", False),
            )
        case "contacts":
            return ContactsContent(cards=[_card(card) for card in content["cards"]])
        case "choice":
            return ChoiceContent(choice_id=content["choice_id"], text=content["text"])
        case "poll":
            return PollContent(question=content["question"], options=content["options"])
        case kind:
            return UnsupportedContent(original=content.get("original") or kind)


def _card(card: Frame) -> ContactCard:
    vcard = card.get("vcard") or ""
    return ContactCard(
        name=card["display_name"], phones=[tel.strip() for tel in _TEL.findall(vcard)], vcard=vcard or None
    )


def _file(content: Frame) -> Said:
    media = content["media"]
    kind = "voice" if content["kind"] == "audio" and content.get("ptt") else content["kind"]
    info = MediaInfo(
        mime=media["mime"],
        name=content.get("file_name"),
        size_bytes=media["file_length"],
        sha256=media["file_sha256"],
        seconds=content.get("seconds"),
    )
    remote: RemoteMedia = {
        "direct_path": media["direct_path"],
        "sha256": media["file_sha256"],
        "length": media["file_length"],
    }
    return Said(MediaContent(kind=kind, media=info, caption=content.get("caption")), remote)
