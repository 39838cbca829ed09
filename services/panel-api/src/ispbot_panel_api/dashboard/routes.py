"""The dashboard."""

from fastapi import APIRouter

from ispbot_panel_api.dashboard.cards import dashboard
from ispbot_panel_api.dashboard.models import Dashboard, VisitDays
from ispbot_panel_api.parts import DashboardViewer, PartsDep

router = APIRouter()


@router.get("/api/dashboard")
async def get_dashboard(visits_days: VisitDays, parts: PartsDep, _: DashboardViewer) -> Dashboard:
    """Return the cards of the first screen."""
    return await dashboard(visits_days, bus=parts.bus, watch=parts.watch, link=parts.link)
