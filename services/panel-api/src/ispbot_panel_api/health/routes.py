"""The state of the parts; the live socket tells its changes."""

from fastapi import APIRouter

from ispbot_panel_api.health.models import HealthView
from ispbot_panel_api.parts import DashboardViewer, PartsDep

router = APIRouter()


@router.get("/api/health")
async def get_health(parts: PartsDep, _: DashboardViewer) -> HealthView:
    """Tell what does not work now."""
    return parts.health.view()
