"""What the API takes, checked at the door."""

from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from starlette.requests import Request

from ispbot_sims.wa_network.core.entities import Json, Refused
from ispbot_sims.wa_network.core.faults import Fault, FaultKind
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.wire import Content, Text


class Body(BaseModel):
    """Base of every request body: unknown fields are a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PhoneBody(Body):
    """A phone to create or change; what is left out stays as it is."""

    number: str | None = None
    name: str | None = None
    story: str | None = None
    hide_number: bool | None = None
    by_phone: bool | None = None
    online: bool | None = None
    auto_read: bool | None = None
    saved: bool | None = None


class SayBody(Body):
    """A message of a customer: ``text`` or any ``content`` of the wire."""

    text: str | None = None
    content: Content | None = None
    to: str | None = None
    """An account's number, a group, or ``status``. The first account by default."""
    quoted_id: str | None = None
    mentioned: Annotated[list[str], Field(default_factory=list)]
    id: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.content is None):
            raise ValueError("give text or content")
        return self

    @property
    def wire(self) -> Json:
        """The content as JSON."""
        content = self.content if self.content is not None else Text(text=self.text or "")
        return content.model_dump(mode="json", exclude_none=True)


class BulkSayBody(SayBody):
    """A message in a bulk request or on the stream. ``ref`` comes back in the answer."""

    phone: str
    ref: str | int | None = None


class ReadBody(Body):
    """Which messages a phone reads: all of the chat, or those ``ids``."""

    to: str | None = None
    ids: list[str] | None = None
    level: Literal["read", "played"] = "read"


class TypingBody(Body):
    """A customer types or stopped."""

    to: str | None = None
    state: Literal["composing", "paused"] = "composing"
    media: Literal["text", "audio"] = "text"


class AccountBody(Body):
    """The company's account. Without a platform it is ``smba`` for Business and ``android`` otherwise."""

    number: str
    business: bool = True
    platform: str | None = None
    name: str | None = None


class ScanBody(AccountBody):
    """The account's phone scans a QR: the newest when ``qr`` is left out."""

    qr: str | None = None


class PairCodeBody(AccountBody):
    """The account's phone gets a code typed."""

    code: str


class StaffSayBody(Body):
    """Staff write on the company's own phone to a customer's number or a group."""

    to: str
    text: str | None = None
    content: Content | None = None

    @property
    def wire(self) -> Json:
        """The content as JSON."""
        content = self.content if self.content is not None else Text(text=self.text or "")
        return content.model_dump(mode="json", exclude_none=True)


class StaffReadBody(Body):
    """Staff read a customer's messages on the company's own phone."""

    phone: str


class GroupBody(Body):
    """A new group; the first member administers it."""

    subject: str
    members: list[str]


class GroupChangeBody(Body):
    """Changes to a group."""

    subject: str | None = None
    add: Annotated[list[str], Field(default_factory=list)]
    remove: Annotated[list[str], Field(default_factory=list)]


_CODES = {FaultKind.TEMP_BAN: 101, FaultKind.STREAM_ERROR: 503, FaultKind.REFUSE_LOGIN: 409}


class FaultBody(Body):
    """A fault (see ``core.faults``). ``times`` None lasts until it is cleared."""

    kind: FaultKind
    times: Annotated[int, Field(ge=1)] | None = 1
    account: str | None = None
    phone: str | None = None
    seconds: Annotated[float, Field(ge=0)] = 5.0
    code: int | None = None
    status: Literal[404, 410] = 404
    how: Literal["drop", "outdated", "connect_failure", "main_device_gone", "banned"] = "drop"
    allow: Annotated[int, Field(ge=0)] = 0

    def fault(self) -> Fault:
        """The fault it asks for."""
        fields = self.model_dump(exclude={"code"})
        return Fault(**fields, code=self.code if self.code is not None else _CODES.get(self.kind, 463))


BodyT = TypeVar("BodyT", bound=Body)
phone_list: TypeAdapter[list[PhoneBody]] = TypeAdapter(list[PhoneBody])
bulk_list: TypeAdapter[list[BulkSayBody]] = TypeAdapter(list[BulkSayBody])


async def read_body(request: Request, model: type[BodyT]) -> BodyT:
    """Parse a request's JSON.

    Raises:
        ValidationError: answered with 422 by the app.
    """
    return model.model_validate_json(await request.body() or b"{}")


def network_of(request: Request) -> Network:
    """The network this app serves."""
    network: Network = request.app.state.network
    return network


def int_param(request: Request, name: str, default: int | None = None) -> int | None:
    """A whole number of the query string.

    Raises:
        Refused: it is not a whole number.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise Refused(400, f"{name} must be a whole number")
    return int(text)
