"""What a WhatsApp message says, the same model in and out."""

from typing import Annotated, Literal

from pydantic import Field

from ispbot_contracts.base import Frozen
from ispbot_contracts.common import LatLng


class MediaInfo(Frozen):
    """A file. ``object_key`` names it in the media object store; None until it is stored there."""

    mime: str
    name: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    seconds: int | None = None
    object_key: str | None = None


class TextContent(Frozen):
    """Plain text with WhatsApp mark-up."""

    kind: Literal["text"] = "text"
    text: str


class MediaContent(Frozen):
    """A picture, video, audio, voice note, document or sticker."""

    kind: Literal["image", "video", "audio", "voice", "document", "sticker"]
    media: MediaInfo
    caption: str | None = None


class LocationContent(Frozen):
    """A place on the map; ``live`` when the sender shares it continuously."""

    kind: Literal["location"] = "location"
    position: LatLng
    name: str | None = None
    address: str | None = None
    live: bool = False


class ContactCard(Frozen):
    """One entry of the address book."""

    name: str
    phones: list[str] = []
    vcard: str | None = None


class ContactsContent(Frozen):
    """Shared address book entries."""

    kind: Literal["contacts"] = "contacts"
    cards: list[ContactCard]


class ChoiceContent(Frozen):
    """A pressed button or chosen list row: its id and what the customer saw."""

    kind: Literal["choice"] = "choice"
    choice_id: str
    text: str


class PollContent(Frozen):
    """A poll question with its options."""

    kind: Literal["poll"] = "poll"
    question: str
    options: list[str]


class UnsupportedContent(Frozen):
    """Something this version can not show: kept visible, never dropped."""

    kind: Literal["unsupported"] = "unsupported"
    original: str


class UndecryptableContent(Frozen):
    """A message the link could not decrypt; the customer is asked to send it again."""

    kind: Literal["undecryptable"] = "undecryptable"


Content = Annotated[
    TextContent
    | MediaContent
    | LocationContent
    | ContactsContent
    | ChoiceContent
    | PollContent
    | UnsupportedContent
    | UndecryptableContent,
    Field(discriminator="kind"),
]


def text_of(content: Content) -> str:
    """Return the words of a content: text, caption, chosen option or empty."""
    match content:
        case TextContent(text=text) | ChoiceContent(text=text):
            return text
        case MediaContent(caption=caption):
            return caption or ""
        case PollContent(question=question):
            return question
        case _:
            return ""
