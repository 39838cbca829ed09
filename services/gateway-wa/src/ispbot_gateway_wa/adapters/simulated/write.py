"""What the gateway says, into content frames of the simulated network."""

from ispbot_contracts.content import (
    ChoiceContent,
    ContactsContent,
    Content,
    LocationContent,
    MediaContent,
    PollContent,
    TextContent,
)
from ispbot_gateway_wa.adapters.simulated.read import Frame
from ispbot_gateway_wa.failures import Rejected

_NOT_SENDABLE = 400


def content_frame(content: Content, uploaded: Frame | None) -> Frame:
    """Return the frame of a content; ``uploaded`` is what the network said about its file. Raises Rejected."""
    match content:
        case TextContent(text=text):
            return {"kind": "text", "text": text}
        case ChoiceContent(text=text):
            return {"kind": "text", "text": text}
        case MediaContent() if uploaded is not None:
            return _file(content, uploaded)
        case LocationContent(position=position):
            return {
                "kind": "location", "latitude": position.lat, "longitude": position.lng,
                "name": content.name, "address": content.address, "live": content.live,
            }  # fmt: skip
        case ContactsContent(cards=cards):
            return {
                "kind": "contacts",
                "cards": [{"display_name": card.name, "vcard": card.vcard or ""} for card in cards],
            }
        case PollContent(question=question, options=options):
            return {"kind": "poll", "question": question, "options": options}
        case _:
            raise Rejected(_NOT_SENDABLE, f"a {content.kind} can not be sent")


def _file(content: MediaContent, uploaded: Frame) -> Frame:
    return {
        "kind": "audio" if content.kind == "voice" else content.kind,
        "media": uploaded,
        "caption": content.caption,
        "file_name": content.media.name,
        "seconds": content.media.seconds,
        "ptt": content.kind == "voice",
    }
