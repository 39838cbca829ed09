"""Attention by people: departments, waiting limits, notification groups (D3, D8) and the agenda (J)."""

from datetime import time
from typing import Annotated, ClassVar

from pydantic import Field

from ispbot_contracts.settings.base import Part, Section


class Department(Part):
    """A team that tickets are addressed to."""

    department_id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]


class AttentionSettings(Section):
    """Departments and waiting limits."""

    section: ClassVar[str] = "attention"
    departments: list[Department] = [
        Department(department_id="soporte", name="Soporte"),
        Department(department_id="ventas", name="Ventas"),
        Department(department_id="administracion", name="Administración"),
    ]
    wait_warning_min: Annotated[int, Field(ge=1, le=1440)] = 10
    wait_critical_min: Annotated[int, Field(ge=1, le=1440)] = 30


class NotifyGroup(Part):
    """A WhatsApp group that receives notices."""

    address: Annotated[str, Field(min_length=1)]
    name: str


class AgentGroup(Part):
    """An agent's own group."""

    agent_id: str
    group: NotifyGroup


class NotificationSettings(Section):
    """Grupos WhatsApp: who is told about new cases."""

    section: ClassVar[str] = "notifications"
    support: NotifyGroup | None = None
    sales: NotifyGroup | None = None
    agents: list[AgentGroup] = []


class SendingSettings(Section):
    """Human pacing of what leaves the number, and what WhatsApp's spam rules leave of it.

    Replies are limited by ``max_per_second`` alone. Notices are slower on purpose: unofficial links report accounts
    restricted for a day after 30 to 40 new contacts, so the defaults stay below.
    """

    section: ClassVar[str] = "sending"
    show_typing: bool = True
    typing_ms_per_char: Annotated[int, Field(ge=0, le=200)] = 8
    typing_max_ms: Annotated[int, Field(ge=0, le=10_000)] = 700
    max_per_second: Annotated[float, Field(gt=0, le=1000)] = 20.0
    """Over the whole number."""
    mark_read: bool = True
    notices_per_minute: Annotated[float, Field(gt=0, le=6000)] = 12.0
    """Over the whole number; the pauses between two notices vary by half, as a person's would."""
    cold_per_day: Annotated[int, Field(ge=0, le=1000)] = 20
    """How many people who never wrote to us may be written to in one local day; 0 is nobody."""
    quiet_hours: bool = True
    """Hold notices back between ``quiet_from`` and ``quiet_to``, in the company's time zone. Urgent ones and replies leave."""
    quiet_from: time = time(21)
    quiet_to: time = time(8)
    """Earlier than ``quiet_from`` is the next morning; equal is no quiet time at all."""


class Technician(Part):
    """Somebody who visits customers, with their number or group for notices."""

    technician_id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    phone: str | None = None
    kinds: list[str] = ["technical", "installation"]


class AgendaHours(Part):
    """When visits can start on ``weekday`` (0 = Monday), local time."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: time
    closes: time


def _visit_week() -> list[AgendaHours]:
    week = [AgendaHours(weekday=day, opens=time(8, 30), closes=time(17, 30)) for day in range(5)]
    return [*week, AgendaHours(weekday=5, opens=time(9), closes=time(13))]


class AgendaSettings(Section):
    """Visits: who, when, how long."""

    section: ClassVar[str] = "agenda"
    technicians: list[Technician] = []
    hours: list[AgendaHours] = Field(default_factory=_visit_week)
    visit_min: Annotated[int, Field(ge=15, le=480)] = 90
    notice_h: Annotated[int, Field(ge=0, le=168)] = 2
    """Not sooner than this from now."""
    days_ahead: Annotated[int, Field(ge=1, le=60)] = 14
