"""Frames from the network to the device."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from ispbot_sims.wa_network.wire.values import (
    Account,
    Address,
    AddressBookEntry,
    Content,
    Credentials,
    Group,
    LookupEntry,
    MessageInfo,
    Wire,
)


class Qr(Wire):
    """The code to draw. The next one follows by itself when this one expires."""

    t: Literal["qr"] = "qr"
    text: str
    seq: int
    """1 to 6 within a round."""
    expires_in_s: float


class QrEnd(Wire):
    """The round of codes is over; the network closes the socket."""

    t: Literal["qr_end"] = "qr_end"
    reason: Literal["timeout", "error"]


class PairCode(Wire):
    """Answer to ``pair_phone``: the code to type on the phone."""

    t: Literal["pair_code"] = "pair_code"
    req_id: str
    code: str
    """``ABCD-EFGH``."""


class PairSuccess(Wire):
    """The phone accepted. Keep the credentials; the network closes with 4515, log in again."""

    t: Literal["pair_success"] = "pair_success"
    account: Account
    credentials: Credentials


class Connected(Wire):
    """Logged in."""

    t: Literal["connected"] = "connected"
    account: Account
    server_time_ms: int
    offline_count: int
    """Deliveries that waited and come now, before ``offline_done``."""


class OfflineDone(Wire):
    """What follows is live."""

    t: Literal["offline_done"] = "offline_done"
    count: int


class LoggedOut(Wire):
    """The link is gone: delete the credentials, do not come back by yourself."""

    t: Literal["logged_out"] = "logged_out"
    reason: Literal["device_removed", "logged_out", "main_device_gone", "banned"]
    on_connect: bool


class Replaced(Wire):
    """The same credentials logged in elsewhere: keep them, do not come back by yourself."""

    t: Literal["replaced"] = "replaced"


class TempBan(Wire):
    """The account rests. Also the answer to every login until it ends."""

    t: Literal["temp_ban"] = "temp_ban"
    code: int
    """101 to 106, as in whatsmeow's TempBanReason."""
    expires_in_s: int


class Outdated(Wire):
    """The client's version is refused."""

    t: Literal["outdated"] = "outdated"


class ConnectFailure(Wire):
    """Login refused for another reason: do not come back by yourself."""

    t: Literal["connect_failure"] = "connect_failure"
    code: int
    message: str


class StreamError(Wire):
    """The stream broke; the network closes, come back."""

    t: Literal["stream_error"] = "stream_error"
    code: str


class Incoming(Wire):
    """A message to the account. Repeated until taken, with the same ``delivery_id``."""

    t: Literal["message"] = "message"
    delivery_id: int
    offline: bool
    info: MessageInfo
    content: Content


class Undecryptable(Wire):
    """A message that arrived and can not be read. Take it like a message."""

    t: Literal["undecryptable"] = "undecryptable"
    delivery_id: int
    offline: bool
    info: MessageInfo


class Receipt(Wire):
    """A phone got, read or played our messages. Take it like a message."""

    t: Literal["receipt"] = "receipt"
    delivery_id: int
    chat: Address
    sender: Address
    """Who got or read it: in groups one receipt per participant."""
    type: Literal["delivered", "read", "played", "read_self"]
    """``read_self``: the company's own phone read the customer's messages ``ids``."""
    ids: list[str]
    timestamp_s: int


class GroupChanged(Wire):
    """The account joined or left a group, or the group changed. Take it like a message."""

    t: Literal["group_changed"] = "group_changed"
    delivery_id: int
    change: Literal["joined", "left", "updated"]
    group: Group


class TypingIn(Wire):
    """Somebody types, records or stopped. Never repeated, not taken."""

    t: Literal["typing"] = "typing"
    chat: Address
    sender: Address
    state: Literal["composing", "paused"]
    media: Literal["text", "audio"] = "text"


class Ack(Wire):
    """Answer to ``send``: without ``error`` the network has the message."""

    t: Literal["ack"] = "ack"
    req_id: str
    message_id: str
    timestamp_s: int
    error: int | None = None
    error_text: str | None = None
    chat: Address | None = None
    """Where it went: a phone address is answered with the LID chat."""


class Result(Wire):
    """Answer to every other request. Exactly the field that belongs to the question is set."""

    t: Literal["result"] = "result"
    req_id: str
    error: int | None = None
    error_text: str | None = None
    lookup: list[LookupEntry] | None = None
    address: Address | None = None
    groups: list[Group] | None = None
    contacts: list[AddressBookEntry] | None = None


class Pong(Wire):
    """Answer to ``ping``."""

    t: Literal["pong"] = "pong"


ToDevice = Annotated[
    Qr
    | QrEnd
    | PairCode
    | PairSuccess
    | Connected
    | OfflineDone
    | LoggedOut
    | Replaced
    | TempBan
    | Outdated
    | ConnectFailure
    | StreamError
    | Incoming
    | Undecryptable
    | Receipt
    | GroupChanged
    | TypingIn
    | Ack
    | Result
    | Pong,
    Field(discriminator="t"),
]

to_device: TypeAdapter[ToDevice] = TypeAdapter(ToDevice)
