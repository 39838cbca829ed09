"""Frames from the device to the network."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ispbot_sims.wa_network.wire.values import (
    Address,
    Content,
    Credentials,
    Quoted,
    Wire,
)


class Hello(Wire):
    """The first frame. Without credentials the network answers with QR codes."""

    t: Literal["hello"] = "hello"
    client_version: str
    device_name: str = "ISPBot"
    """What the phone lists under linked devices."""
    credentials: Credentials | None = None


class PairPhone(Wire):
    """Link by a typed code. Allowed after the first ``qr``, answered by ``pair_code``."""

    t: Literal["pair_phone"] = "pair_phone"
    req_id: str
    phone: str
    """International digits without plus, at least 7, no leading zero."""


class Take(Wire):
    """These deliveries are safe with the device: the network forgets them."""

    t: Literal["take"] = "take"
    delivery_ids: list[int]


class Send(Wire):
    """Send a message. ``message_id`` is chosen by the device and is what makes sending it again harmless."""

    t: Literal["send"] = "send"
    req_id: str
    message_id: str
    to: Address
    content: Content
    quoted: Quoted | None = None
    mentioned: Annotated[list[Address], Field(default_factory=list)]
    bot_tag: bool = False
    """The ``<bot biz_bot="1"/>`` node: shows an "IA" badge on the customer's phone."""


class MarkRead(Wire):
    """Blue ticks on the customer's phone. No answer."""

    t: Literal["mark_read"] = "mark_read"
    chat: Address
    sender: Address | None = None
    ids: list[str]


class TypingOut(Wire):
    """Show "escribiendo" on the customer's phone; the phone drops it after 25 s. No answer."""

    t: Literal["typing"] = "typing"
    chat: Address
    state: Literal["composing", "paused"]
    media: Literal["text", "audio"] = "text"


class Lookup(Wire):
    """Are these phone numbers on WhatsApp? Also the way to learn the LID of a known phone."""

    t: Literal["lookup"] = "lookup"
    req_id: str
    phones: list[str]


class LidForPhone(Wire):
    """The LID of a phone, ``address`` of the result; null when it is not on WhatsApp."""

    t: Literal["lid_for_phone"] = "lid_for_phone"
    req_id: str
    phone: str


class PhoneForLid(Wire):
    """The phone of a LID, null when this account never learnt it."""

    t: Literal["phone_for_lid"] = "phone_for_lid"
    req_id: str
    lid: Address


class ListGroups(Wire):
    """The groups of the account."""

    t: Literal["list_groups"] = "list_groups"
    req_id: str


class ListContacts(Wire):
    """The address book of the account."""

    t: Literal["list_contacts"] = "list_contacts"
    req_id: str


class Logout(Wire):
    """Unlink from the device's side; answered by ``result``, then the network closes with 4401."""

    t: Literal["logout"] = "logout"
    req_id: str


class Ping(Wire):
    """Keep-alive; answered by ``pong``."""

    t: Literal["ping"] = "ping"


ToNetwork = Annotated[
    Hello
    | PairPhone
    | Take
    | Send
    | MarkRead
    | TypingOut
    | Lookup
    | LidForPhone
    | PhoneForLid
    | ListGroups
    | ListContacts
    | Logout
    | Ping,
    Field(discriminator="t"),
]

to_network: TypeAdapter[ToNetwork] = TypeAdapter(ToNetwork)
