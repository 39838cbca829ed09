"""Avisos del ISP: rules and tokens for administrators, the ledger for supervisors too."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from ispbot_contracts.notices import CancelNotice, ListNotices, NoticeState, NoticesUnreached, RetryNotice
from ispbot_contracts.settings import CompanySettings
from ispbot_panel_api.notices import ledger, rules
from ispbot_panel_api.notices.models import (
    CreateIntegrationBody,
    IntegrationCreated,
    NoticeDetail,
    NoticePageView,
    NoticeRulesBody,
    NoticeSettingsView,
    SendStateView,
)
from ispbot_panel_api.parts import NoticesViewer, OriginDep, PartsDep, SettingsManager
from ispbot_panel_api.shapes import Done

router = APIRouter(prefix="/api")

NoticeId = Annotated[str, Path(max_length=80)]
Moment = Annotated[AwareDatetime | None, Query()]


@router.get("/settings/notices")
async def get_notice_settings(parts: PartsDep, _: SettingsManager) -> NoticeSettingsView:
    """Tell the rules and who may push."""
    return await rules.notice_settings(parts.settings, parts.push_url)


@router.put("/settings/notices")
async def change_notice_rules(
    body: NoticeRulesBody, parts: PartsDep, staff: SettingsManager, origin: OriginDep
) -> NoticeSettingsView:
    """Change how notices leave; 409 when somebody else changed it meanwhile."""
    return await rules.change_notice_rules(
        body, user=staff.user, origin=origin, settings=parts.settings, audit=parts.audit, push_url=parts.push_url
    )


@router.post("/settings/notices/integrations", status_code=201)
async def create_integration(
    body: CreateIntegrationBody, parts: PartsDep, staff: SettingsManager, origin: OriginDep
) -> IntegrationCreated:
    """Let one more system push; the answer holds its token, this once."""
    return await rules.create_integration(
        body, user=staff.user, origin=origin, settings=parts.settings, audit=parts.audit
    )


@router.delete("/settings/notices/integrations/{integration_id}")
async def revoke_integration(
    integration_id: Annotated[str, Path(max_length=40)], parts: PartsDep, staff: SettingsManager, origin: OriginDep
) -> Done:
    """Take a system's right to push away."""
    await rules.revoke_integration(
        integration_id, user=staff.user, origin=origin, settings=parts.settings, audit=parts.audit
    )
    return Done(ok=True)


@router.get("/sending")
async def get_send_state(parts: PartsDep, _: NoticesViewer) -> SendStateView:
    """Tell how freely the number may write now."""
    return await ledger.send_state(parts.bus)


@router.get("/notices")
async def list_notices(
    parts: PartsDep,
    _: NoticesViewer,
    state: NoticeState | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    since: Moment = None,
    until: Moment = None,
    before: Annotated[str | None, Query(max_length=200)] = None,
) -> NoticePageView:
    """Return a page of the ledger, newest first."""
    query = ListNotices(state=state, q=q or None, since=since, until=until, cursor=before)
    return await ledger.notice_page(query, bus=parts.bus)


@router.get("/notices/unreached.csv", response_class=StreamingResponse)
async def export_unreached(
    parts: PartsDep, staff: NoticesViewer, origin: OriginDep, since: Moment = None, until: Moment = None
) -> StreamingResponse:
    """No alcanzados: whom no notice reached, as a file."""
    tz = parts.watch.current(CompanySettings).tz
    lines = ledger.unreached_csv(NoticesUnreached(since=since, until=until), bus=parts.bus, tz=tz)
    first = await anext(lines)  # a neighbour that is away is answered as a problem, not as half a file
    span = {"since": _text(since), "until": _text(until)}
    async with parts.audit.change("notices.export", actor=staff.user, origin=origin, before=span):
        pass

    async def body() -> AsyncIterator[str]:
        yield first
        async for part in lines:
            yield part

    return StreamingResponse(
        body(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="avisos-no-alcanzados.csv"'},
    )


@router.get("/notices/{notice_id}")
async def get_notice(notice_id: NoticeId, parts: PartsDep, _: NoticesViewer) -> NoticeDetail:
    """Return one notice with its history."""
    return await ledger.notice_detail(notice_id, bus=parts.bus)


@router.post("/notices/{notice_id}/retry")
async def retry_notice(notice_id: NoticeId, parts: PartsDep, staff: NoticesViewer, origin: OriginDep) -> NoticeDetail:
    """Send a failed or expired notice after all."""
    async with parts.audit.change("notices.retry", actor=staff.user, origin=origin, target=notice_id):
        found = await parts.bus.ask(RetryNotice(notice_id=notice_id, agent_id=staff.user.id))
    return ledger.detail_of(found)


@router.post("/notices/{notice_id}/cancel")
async def cancel_notice(notice_id: NoticeId, parts: PartsDep, staff: NoticesViewer, origin: OriginDep) -> NoticeDetail:
    """Do not send it."""
    async with parts.audit.change("notices.cancel", actor=staff.user, origin=origin, target=notice_id):
        found = await parts.bus.ask(CancelNotice(notice_id=notice_id, agent_id=staff.user.id))
    return ledger.detail_of(found)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
