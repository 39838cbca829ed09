"""Say why a new ticket was opened, in one class and one line."""

import time
from datetime import datetime

from ispbot_ai.metrics import ANALYSES, ANALYSIS_SECONDS
from ispbot_ai.ports import AiProvider, Analysis
from ispbot_ai.store import UsageStore
from ispbot_contracts.ai import AnalysisKind, TicketSummarised
from ispbot_contracts.base import derive_id
from ispbot_contracts.settings import AiSettings, CompanySettings
from ispbot_contracts.tickets import TicketOpened
from ispbot_runtime.settings_store import SettingsWatch


async def summarise_ticket(
    event: TicketOpened, *, provider: AiProvider, store: UsageStore, watch: SettingsWatch
) -> list[TicketSummarised]:
    """Return the reason and the summary of the ticket; nothing when both analyses are switched off."""
    policy = watch.current(AiSettings)
    hint = event.ticket.reason
    reason = Analysis(hint, "off", None, 0.0)
    summary = Analysis("", "off", None, 0.0)
    if policy.classification != "off":
        started = time.perf_counter()
        reason = await provider.classify(event.words, hint)
        await _record(event, "classification", reason, started, store, watch)
    if policy.summary != "off":
        started = time.perf_counter()
        summary = await provider.summarise(event.words, hint)
        await _record(event, "summary", summary, started, store, watch)
    if policy.classification == policy.summary == "off":
        return []
    return [
        TicketSummarised.caused_by(
            event,
            "summary",
            contact_id=event.contact_id,
            ticket_id=event.ticket.ticket_id,
            reason=reason.value,
            summary=summary.value,
            provider=reason.provider if reason.provider != "off" else summary.provider,
            model=reason.model or summary.model,
            confidence=reason.confidence,
            degraded=False,
        )
    ]


async def _record(
    event: TicketOpened,
    kind: AnalysisKind,
    analysis: Analysis[str],
    started: float,
    store: UsageStore,
    watch: SettingsWatch,
) -> None:
    seconds = time.perf_counter() - started
    ANALYSES.labels(kind, analysis.provider, "ok").inc()
    ANALYSIS_SECONDS.labels(kind).observe(seconds)
    await store.record(
        derive_id(event.id, kind),
        kind=kind,
        day=_local_day(event.occurred_at, watch),
        at=event.occurred_at,
        facts={
            "provider": analysis.provider, "model": analysis.model, "outcome": "ok", "confidence": analysis.confidence,
            "latency_ms": round(seconds * 1000, 1), "tokens_in": analysis.tokens_in, "tokens_out": analysis.tokens_out,
            "ticket_id": event.ticket.ticket_id,
        },
    )  # fmt: skip


def _local_day(at: datetime, watch: SettingsWatch) -> str:
    return at.astimezone(watch.current(CompanySettings).tz).date().isoformat()
