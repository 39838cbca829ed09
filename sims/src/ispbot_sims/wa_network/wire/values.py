"""What a message says, and the values that frames carry."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Address = str
"""``<digits>@s.whatsapp.net`` (phone), ``<digits>@lid``, ``<digits>@g.us`` (group) or ``status@broadcast``."""
Platform = str
"""``smba`` and ``smbi`` are Business (Android, iPhone); ``android`` and ``iphone`` are regular."""


class Wire(BaseModel):
    """Base of every value on the link."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Media(Wire):
    """Where a file lies. ``direct_path`` is relative to the network's HTTP address."""

    direct_path: str
    mime: str
    file_length: int
    file_sha256: str
    """Hex digits."""


class Text(Wire):
    """Words."""

    kind: Literal["text"] = "text"
    text: str


class File(Wire):
    """A picture, video, sound, document or sticker. ``ptt`` marks a voice note."""

    kind: Literal["image", "video", "audio", "document", "sticker"]
    media: Media
    caption: str | None = None
    file_name: str | None = None
    seconds: int | None = None
    ptt: bool = False
    thumbnail_b64: str | None = None


class Location(Wire):
    """A place in degrees."""

    kind: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None
    live: bool = False


class Card(Wire):
    """One shared contact."""

    display_name: str
    vcard: str


class Contacts(Wire):
    """Shared contacts: one or more."""

    kind: Literal["contacts"] = "contacts"
    cards: list[Card]


class Reaction(Wire):
    """An emoji on message ``target_id``; an empty emoji takes it off."""

    kind: Literal["reaction"] = "reaction"
    target_id: str
    emoji: str


class Edit(Wire):
    """New words for the sender's own message ``target_id`` (text, or the caption of a file)."""

    kind: Literal["edit"] = "edit"
    target_id: str
    text: str


class Revoke(Wire):
    """The sender's own message ``target_id`` is deleted for everyone."""

    kind: Literal["revoke"] = "revoke"
    target_id: str


class Choice(Wire):
    """A pressed button or a chosen row."""

    kind: Literal["choice"] = "choice"
    source: Literal["buttons", "list", "template", "flow"] = "buttons"
    choice_id: str
    text: str


class Poll(Wire):
    """A poll question."""

    kind: Literal["poll"] = "poll"
    question: str
    options: list[str]


class StatusText(Wire):
    """A text estado. Only valid to ``status@broadcast``. Colours are 0xAARRGGBB."""

    kind: Literal["status_text"] = "status_text"
    text: Annotated[str, Field(max_length=700)]
    background_argb: int = 0xFF128C7E
    text_argb: int = 0xFFFFFFFF
    font: int = 0


class Unsupported(Wire):
    """A kind this network knows only by name (``poll_update``, ``group_invite``, ...)."""

    kind: Literal["unsupported"] = "unsupported"
    original: str


Content = Annotated[
    Text | File | Location | Contacts | Reaction | Edit | Revoke | Choice | Poll | StatusText | Unsupported,
    Field(discriminator="kind"),
]


class Quoted(Wire):
    """The message that is answered."""

    message_id: str
    participant: Address | None = None
    text: str | None = None


class MessageInfo(Wire):
    """The envelope of a message, with whatsmeow's fields and meanings."""

    id: str
    chat: Address
    sender: Address
    sender_alt: Address | None
    """The sender's phone address, when the sender shows it; never derived from the LID."""
    recipient_alt: Address | None
    """Only on ``is_from_me``: the customer's phone address."""
    addressing_mode: Literal["pn", "lid"]
    is_from_me: bool
    """Written by staff on the company's own phone. A device's own sends are not echoed to it."""
    is_group: bool
    """True for groups and for ``status@broadcast``: classify by the server part of ``chat``."""
    push_name: str
    timestamp_ms: int
    quoted: Quoted | None = None
    mentioned: Annotated[list[Address], Field(default_factory=list)]


class Account(Wire):
    """The account a device is linked to. ``jid`` carries the device number (``5493515550100:7@s.whatsapp.net``)."""

    jid: Address
    lid: Address
    platform: Platform
    business_name: str
    """Empty on regular accounts."""
    push_name: str


class Credentials(Wire):
    """What a linked device keeps and shows at every login."""

    device_id: str
    secret: str


class Participant(Wire):
    """A member of a group."""

    jid: Address
    phone: Address | None
    is_admin: bool


class Group(Wire):
    """A group the account is in."""

    jid: Address
    subject: str
    created_s: int
    participants: list[Participant]


class LookupEntry(Wire):
    """What the network says about one phone number. ``query`` is the number as asked."""

    query: str
    on_whatsapp: bool
    jid: Address | None = None
    lid: Address | None = None
    verified_name: str | None = None


class AddressBookEntry(Wire):
    """A contact of the account."""

    jid: Address
    phone: Address | None
    full_name: str
    push_name: str
    business_name: str = ""
