"""Herramientas: read by supervisors, changed by administrators."""

from fastapi import APIRouter

from ispbot_contracts.settings import BotMode, OperationSettings, ZonesSettings
from ispbot_panel_api.mode import operation as use
from ispbot_panel_api.mode.models import EmergencyBody, ImpactView, ModeBody, OperationView, ZoneList, ZoneView
from ispbot_panel_api.parts import OriginDep, PartsDep, ToolsChanger, ToolsViewer

router = APIRouter(prefix="/api")


@router.get("/mode")
async def get_mode(parts: PartsDep, _: ToolsViewer) -> OperationView:
    """Tell the mode and the emergency texts, with the revision that a change must name."""
    stored = await parts.settings.read(OperationSettings)
    return use.operation_view(stored.value, stored.revision)


@router.get("/mode/impact")
async def get_mode_impact(to: BotMode, parts: PartsDep, _: ToolsViewer) -> ImpactView:
    """Tell what switching to a mode would do now."""
    return await use.impact_of(to, current=parts.watch.current(OperationSettings), bus=parts.bus)


@router.put("/mode")
async def change_mode(body: ModeBody, parts: PartsDep, staff: ToolsChanger, origin: OriginDep) -> OperationView:
    """Switch the mode; 409 when somebody else changed it meanwhile."""
    return await use.change_mode(body, user=staff.user, origin=origin, settings=parts.settings, audit=parts.audit)


@router.put("/emergency")
async def change_emergency(
    body: EmergencyBody, parts: PartsDep, staff: ToolsChanger, origin: OriginDep
) -> OperationView:
    """Change the emergency texts; 409 when somebody else changed them meanwhile."""
    return await use.change_emergency(
        body, user=staff.user, origin=origin, settings=parts.settings, audit=parts.audit,
        zones=parts.watch.current(ZonesSettings),
    )  # fmt: skip


@router.get("/zones")
async def list_zones(parts: PartsDep, _: ToolsViewer) -> ZoneList:
    """List the coverage zones."""
    zones = parts.watch.current(ZonesSettings).zones
    return ZoneList(zones=[ZoneView(id=z.zone_id, name=z.name, has_perimeter=len(z.perimeter) > 2) for z in zones])
