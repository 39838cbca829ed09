"""Small values used by several owners."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ispbot_contracts.base import Frozen


class Money(Frozen):
    """An amount with its ISO 4217 currency."""

    amount: Decimal
    currency: str = "ARS"


class LatLng(Frozen):
    """A WGS 84 position in degrees."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lng: Annotated[float, Field(ge=-180, le=180)]


class AgentRef(Frozen):
    """A member of the staff as others see them."""

    id: str
    name: str


class AuthorKind(StrEnum):
    """Who wrote a message. ``phone`` is the company's own mobile, outside the panel."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    PHONE = "phone"
    SYSTEM = "system"


class Author(Frozen):
    """Who wrote a message; ``id`` is the agent's id when an agent did."""

    kind: AuthorKind
    id: str | None = None
    name: str | None = None


class Freshness(Frozen):
    """When an answer was true. ``stale`` means that the system behind could not be asked now."""

    as_of: AwareDatetime
    stale: bool = False


class CustomerRef(Frozen):
    """A customer of the management system, by its ids there."""

    customer_id: str
    number: str
    name: str
    source: str = ""
    """Names the system whose ids these are (``CustomersFound.source``): in another one they are other people's. Empty: not known."""


class Area(StrEnum):
    """Which history a ticket belongs to."""

    SUPPORT = "support"
    SALES = "sales"
    RECEIPTS = "receipts"


DepartmentId = Annotated[str, Field(min_length=1, max_length=40)]
DeliveryStatus = Literal["queued", "sent", "delivered", "read", "failed"]
