"""The dashboard's cards, each from its own service within a time limit: one that is late never holds up the others."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from ispbot_contracts.ai import AnalysisKind, GetAiUsage
from ispbot_contracts.base import utc_now
from ispbot_contracts.scheduler import ListVisits, Visit, VisitStatus
from ispbot_contracts.settings import CompanySettings, OperationSettings
from ispbot_contracts.tickets import GetTicketStats, TicketStats
from ispbot_panel_api.dashboard.models import (
    AiCard,
    AiKindCount,
    BotCard,
    CardName,
    Dashboard,
    OpenTicketsCard,
    TicketsByStatusCard,
    UnavailableCard,
    VisitDays,
    VisitLine,
    VisitsCard,
)
from ispbot_panel_api.whatsapp.link import LinkWatch
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

_LIMIT_S = 2.5
_UPCOMING = 4
_MAX_VISITS = 200
_UNAVAILABLE = "No disponible en este momento."
_AI_LABELS: dict[AnalysisKind, str] = {
    "reply": "Respuestas automáticas",
    "sentiment": "Sentimiento",
    "receipt": "Comprobantes",
    "classification": "Clasificación",
    "summary": "Resúmenes",
    "faq": "Preguntas frecuentes",
}
T = TypeVar("T")


async def dashboard(days: VisitDays, *, bus: Bus, watch: SettingsWatch, link: LinkWatch) -> Dashboard:
    """Return all cards; what did not come in time is null and named in ``unavailable``."""
    stats, visits, ai = await asyncio.gather(
        _or_none("tickets", bus.ask(GetTicketStats(), timeout_s=_LIMIT_S)),
        _or_none("visits", _visits(days, bus=bus, tz=watch.current(CompanySettings).tz)),
        _or_none("ai", _ai(bus)),
    )
    cards: dict[CardName, object | None] = {
        "open_tickets": stats, "tickets_by_status": stats, "visits": visits, "ai": ai,
    }  # fmt: skip
    return Dashboard(
        bot=_bot(link, watch.current(OperationSettings)),
        open_tickets=_open_tickets(stats) if stats else None,
        visits=visits,
        ai=ai,
        tickets_by_status=_by_status(stats) if stats else None,
        unavailable=[
            UnavailableCard(card=name, message=_UNAVAILABLE) for name, value in cards.items() if value is None
        ],
    )


async def _or_none(what: str, asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except (Unavailable, Refusal) as error:
        log.warning("dashboard_card_unavailable", card=what, reason=str(error))
        return None


def _bot(link: LinkWatch, operation: OperationSettings) -> BotCard:
    view = link.view()
    return BotCard(
        state=view.state,
        label=view.label,
        reason=view.reason,
        number=view.account.number if view.account else None,
        since=view.since,
        mode=operation.mode,
    )


def _open_tickets(stats: TicketStats) -> OpenTicketsCard:
    return OpenTicketsCard(
        pending=stats.pending,
        in_progress=stats.in_progress,
        total=stats.pending + stats.in_progress,
        trend=stats.opened_by_day,
        oldest_waiting_since=stats.oldest_waiting_since,
    )


def _by_status(stats: TicketStats) -> TicketsByStatusCard:
    return TicketsByStatusCard(pending=stats.pending, in_progress=stats.in_progress, closed_30d=stats.closed_30d)


async def _visits(days: VisitDays, *, bus: Bus, tz: ZoneInfo) -> VisitsCard:
    now = utc_now()
    begin, end = span_of(days, now, tz)
    found = await bus.ask(ListVisits(from_at=begin, to_at=end, limit=_MAX_VISITS), timeout_s=_LIMIT_S)
    planned = [visit for visit in found.visits if visit.status in {VisitStatus.SCHEDULED, VisitStatus.RESCHEDULED}]
    coming = [_line(visit) for visit in planned if visit.starts_at >= now][:_UPCOMING]
    return VisitsCard(
        days=days,
        count=len(planned),
        more=len(found.visits) >= _MAX_VISITS,
        next=coming[0] if coming else None,
        upcoming=coming,
    )


def span_of(days: VisitDays, now: datetime, tz: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the span of a filter: whole local days, today first."""
    today = now.astimezone(tz).date()
    begin = datetime.combine(today, time.min, tz)
    return begin, datetime.combine(today + timedelta(days=max(1, int(days))), time.min, tz)


def _line(visit: Visit) -> VisitLine:
    return VisitLine(
        id=visit.visit_id,
        number=visit.number,
        kind=visit.kind,
        starts_at=visit.starts_at,
        customer_name=visit.customer_name,
        address=visit.address,
        technician=visit.technician.name,
    )


async def _ai(bus: Bus) -> AiCard:
    usage = await bus.ask(GetAiUsage(days=30), timeout_s=_LIMIT_S)
    kinds = [
        AiKindCount(kind=kind, label=label, count=usage.by_kind[kind])
        for kind, label in _AI_LABELS.items()
        if usage.by_kind.get(kind)
    ]
    return AiCard(total_30d=usage.total, by_type=sorted(kinds, key=lambda k: -k.count), by_day=usage.by_day)
