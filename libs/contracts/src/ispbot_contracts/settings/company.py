"""Datos Empresa (D1) and how the bot works at all (G1 to G3)."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from ispbot_contracts.settings.base import Part, Section


def _known_timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}; use a name like America/Argentina/Buenos_Aires") from error
    return name


class OpeningHours(Part):
    """Open on ``weekday`` (0 = Monday) from ``opens`` to ``closes``, local time; 00:00 to 00:00 is the whole day."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: time
    closes: time


def _office_week() -> list[OpeningHours]:
    week = [OpeningHours(weekday=day, opens=time(9), closes=time(18)) for day in range(5)]
    return [*week, OpeningHours(weekday=5, opens=time(9), closes=time(13))]


class CompanySettings(Section):
    """Who we are."""

    section: ClassVar[str] = "company"

    name: Annotated[str, Field(min_length=1, max_length=80)] = "Tu empresa"
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "America/Argentina/Buenos_Aires"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "AR"
    subdivision: str | None = None
    """ISO 3166-2 part after the hyphen, for local holidays."""
    default_area_code: Annotated[str, Field(pattern=r"^\d{0,5}$")] = ""
    """Completes phones written without an area code."""
    hours: list[OpeningHours] = Field(default_factory=_office_week)
    closed_on_holidays: bool = True
    extra_closed_days: list[date] = []
    welcome: Annotated[str, Field(max_length=1000)] = ""
    """Said before the menu at the start of a conversation; empty uses the bot's own greeting."""
    logo_key: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    website: str | None = None

    @property
    def tz(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.timezone)


class BotMode(StrEnum):
    """Modos de operación, with the manual's names."""

    COMPLETE = "COMPLETE"
    GATEWAY_ONLY = "GATEWAY_ONLY"
    EMERGENCY = "EMERGENCY"
    STOPPED = "STOPPED"


class ZoneEmergency(Part):
    """Emergencia por Zonas: only customers located in these zones get the message."""

    enabled: bool = False
    zone_ids: list[str] = []
    message: Annotated[str, Field(max_length=2000)] = ""

    @model_validator(mode="after")
    def _complete_when_on(self) -> "ZoneEmergency":
        if self.enabled and not (self.zone_ids and self.message.strip()):
            raise ValueError("zone emergency needs at least one zone and a message")
        return self


class OperationSettings(Section):
    """The bot's mode and the emergency texts."""

    section: ClassVar[str] = "operation"

    mode: BotMode = BotMode.COMPLETE
    emergency_message: Annotated[str, Field(min_length=1, max_length=2000)] = (
        "🚨 Estimado cliente, actualmente estamos experimentando problemas técnicos. Nuestro equipo está trabajando para "
        "resolverlo lo antes posible. Disculpe las molestias."
    )
    zone_emergency: ZoneEmergency = ZoneEmergency()


class BotSettings(Section):
    """Limits of the conversation with the bot."""

    section: ClassVar[str] = "bot"

    session_idle_min: Annotated[int, Field(ge=5, le=1440)] = 60
    """After this silence the next message starts again at the main menu."""
    late_message_min: Annotated[int, Field(ge=1, le=1440)] = 10
    """A message older than this on arrival is archived and answered once with "we are back"."""
    tries_before_person: Annotated[int, Field(ge=1, le=10)] = 3
    reply_budget: Annotated[int, Field(ge=3, le=100)] = 12
    """At most this many automatic answers to one contact within ``reply_budget_window_s``."""
    reply_budget_window_s: Annotated[int, Field(ge=30, le=3600)] = 120
    same_reply_max: Annotated[int, Field(ge=2, le=10)] = 4
    """The same answer so many times in a row within the window means two machines are talking."""
    handover_pause_h: Annotated[int, Field(ge=1, le=168)] = 24
    """The bot speaks again this long after the last word of a person, when nobody closed the ticket."""
    speed_test_url: str = ""
