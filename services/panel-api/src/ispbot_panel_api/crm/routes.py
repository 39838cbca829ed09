"""Integraciones ISP: administrators only."""

from fastapi import APIRouter

from ispbot_panel_api.crm import settings as use
from ispbot_panel_api.crm.models import (
    ConnectionTestView,
    CrmChangeBody,
    CrmForm,
    CrmSettingsView,
    CrmStatusView,
    DetectFieldsBody,
    FieldsDetectedView,
    RequestMeterView,
)
from ispbot_panel_api.parts import OriginDep, PartsDep, SettingsManager

router = APIRouter(prefix="/api/settings/crm")


@router.get("")
async def get_crm_settings(parts: PartsDep, _: SettingsManager) -> CrmSettingsView:
    """Tell what is saved, with the revisions that a change must name."""
    return await use.crm_settings(parts.settings)


@router.put("")
async def change_crm_settings(
    body: CrmChangeBody, parts: PartsDep, staff: SettingsManager, origin: OriginDep
) -> CrmSettingsView:
    """Change the system or its credentials; 409 when somebody else changed them meanwhile."""
    return await use.change_crm_settings(
        body, user=staff.user, origin=origin, settings=parts.settings, audit=parts.audit
    )


@router.post("/test")
async def try_crm_settings(body: CrmForm, parts: PartsDep, _: SettingsManager) -> ConnectionTestView:
    """Probar Conexión with what the form says, saved or not."""
    return await use.try_crm_settings(body, bus=parts.bus)


@router.post("/detect")
async def detect_fields(
    body: DetectFieldsBody, parts: PartsDep, staff: SettingsManager, origin: OriginDep
) -> FieldsDetectedView:
    """Detectar campos: look at one real customer."""
    async with parts.audit.change("settings.crm_detect", actor=staff.user, origin=origin):
        return await use.detect_fields(body, bus=parts.bus)


@router.get("/status")
async def get_crm_status(parts: PartsDep, _: SettingsManager) -> CrmStatusView:
    """Tell whether the system in use answers, and what it can do."""
    return await use.crm_status(parts.bus)


@router.get("/meter")
async def get_request_meter(parts: PartsDep, _: SettingsManager) -> RequestMeterView:
    """Tell how many of the included requests are used."""
    return await use.request_meter(parts.bus)
