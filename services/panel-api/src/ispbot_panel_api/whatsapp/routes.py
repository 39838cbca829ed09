"""The WhatsApp link: its state for administrators and supervisors, its actions for administrators."""

from fastapi import APIRouter

from ispbot_contracts.whatsapp import NewQr, RequestPairCode, RestartSession, UnlinkSession
from ispbot_panel_api.parts import DashboardViewer, OriginDep, PartsDep, ToolsChanger
from ispbot_panel_api.shapes import Done
from ispbot_panel_api.whatsapp.models import LinkView, PairCodeBody, PairCodeView, UnlinkBody

router = APIRouter(prefix="/api/whatsapp")

_ACTION_LIMIT_S = 15.0


@router.get("")
async def get_whatsapp(parts: PartsDep, _: DashboardViewer) -> LinkView:
    """Tell the state of the link, with the QR to scan."""
    return parts.link.view()


@router.post("/restart")
async def restart_bot(parts: PartsDep, staff: ToolsChanger, origin: OriginDep) -> Done:
    """Reiniciar Bot: reconnect and keep the session."""
    async with parts.audit.change("whatsapp.restart", actor=staff.user, origin=origin):
        await parts.bus.ask(RestartSession(), timeout_s=_ACTION_LIMIT_S)
    return Done(ok=True)


@router.post("/unlink")
async def unlink_whatsapp(_: UnlinkBody, parts: PartsDep, staff: ToolsChanger, origin: OriginDep) -> Done:
    """Desvincular: log out from WhatsApp; the body confirms it a second time."""
    account = parts.link.view().account
    before = {"number": account.number if account else None}
    async with parts.audit.change("whatsapp.unlink", actor=staff.user, origin=origin, before=before):
        await parts.bus.ask(UnlinkSession(), timeout_s=_ACTION_LIMIT_S)
    return Done(ok=True)


@router.post("/new-qr")
async def new_qr(parts: PartsDep, staff: ToolsChanger, origin: OriginDep) -> Done:
    """Start a new round of QR codes."""
    async with parts.audit.change("whatsapp.new_qr", actor=staff.user, origin=origin):
        await parts.bus.ask(NewQr(), timeout_s=_ACTION_LIMIT_S)
    return Done(ok=True)


@router.post("/pair-code")
async def request_pair_code(
    body: PairCodeBody, parts: PartsDep, staff: ToolsChanger, origin: OriginDep
) -> PairCodeView:
    """Link by typing a code on the phone, in place of the QR."""
    async with parts.audit.change("whatsapp.pair_code", actor=staff.user, origin=origin):
        answer = await parts.bus.ask(RequestPairCode(phone=body.phone), timeout_s=_ACTION_LIMIT_S)
    return PairCodeView(code=answer.code)
