"""Visits of a span."""

from ispbot_contracts.scheduler import ListVisits, VisitList
from ispbot_scheduler.store import VisitStore


async def list_visits(query: ListVisits, *, store: VisitStore) -> VisitList:
    """Return the visits that start in the span, earliest first."""
    return VisitList(visits=await store.between(query.from_at, query.to_at, query.limit))
