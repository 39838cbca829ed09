"""The first screen's numbers."""

from enum import IntEnum
from typing import Literal

from pydantic import AwareDatetime

from ispbot_contracts.ai import AnalysisKind
from ispbot_contracts.scheduler import VisitKind
from ispbot_contracts.settings import BotMode
from ispbot_panel_api.shapes import View
from ispbot_panel_api.whatsapp.models import LinkState

CardName = Literal["bot", "open_tickets", "visits", "ai", "tickets_by_status"]


class VisitDays(IntEnum):
    """The filter of the visits card: today, 15 or 30 days."""

    TODAY = 0
    FIFTEEN = 15
    THIRTY = 30


class BotCard(View):
    """Estado del Bot."""

    state: LinkState
    label: str
    reason: str | None
    number: str | None
    since: AwareDatetime
    mode: BotMode


class OpenTicketsCard(View):
    """Tickets Abiertos. ``trend`` is opened tickets per local day, oldest first, today last."""

    pending: int
    in_progress: int
    total: int
    trend: list[int]
    oldest_waiting_since: AwareDatetime | None


class VisitLine(View):
    """A coming visit."""

    id: str
    number: int
    kind: VisitKind
    starts_at: AwareDatetime
    customer_name: str
    address: str | None
    technician: str


class VisitsCard(View):
    """Visitas Agendadas in the chosen span; ``upcoming`` are the next few, earliest first."""

    days: VisitDays
    count: int
    more: bool
    """There are more than ``count``."""
    next: VisitLine | None
    upcoming: list[VisitLine]


class AiKindCount(View):
    """Analyses of one kind, with its Spanish name."""

    kind: AnalysisKind
    label: str
    count: int


class AiCard(View):
    """Uso de IA (30 días). ``by_day`` is oldest first, today last."""

    total_30d: int
    by_type: list[AiKindCount]
    by_day: list[int]


class TicketsByStatusCard(View):
    """Tickets por estado."""

    pending: int
    in_progress: int
    closed_30d: int


class UnavailableCard(View):
    """A card whose numbers did not come in time, and what to tell."""

    card: CardName
    message: str


class Dashboard(View):
    """The cards; one is null when its service did not answer, and ``unavailable`` says so."""

    bot: BotCard | None
    open_tickets: OpenTicketsCard | None
    visits: VisitsCard | None
    ai: AiCard | None
    tickets_by_status: TicketsByStatusCard | None
    unavailable: list[UnavailableCard]
