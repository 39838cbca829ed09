"""The ledger of notices: pages, one notice, what can still be done with it, and the list of those not reached."""

import csv
import io
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from ispbot_contracts.notices import (
    GetNotice,
    ListNotices,
    NoticeFound,
    NoticeLine,
    NoticePage,
    NoticeState,
    NoticesUnreached,
)
from ispbot_contracts.whatsapp import GetSendState
from ispbot_panel_api.notices.models import (
    NoticeCount,
    NoticeDetail,
    NoticeFileView,
    NoticePageView,
    NoticeRow,
    NoticeStepView,
    SendStateView,
)
from ispbot_runtime.bus import Bus
from ispbot_runtime.phones import display_phone

_RETRYABLE = {NoticeState.FAILED, NoticeState.UNKNOWN, NoticeState.EXPIRED}
_CANCELLABLE = {NoticeState.ACCEPTED, NoticeState.WAITING}
_EXPORT_PAGE = 500
_EXPORT_LIMIT = 50_000
_EXPORT_TIMEOUT_S = 4.0
_MOMENT = "%d/%m/%Y %H:%M:%S"
_HEAD = ("recibido", "telefono", "cliente", "origen", "estado", "motivo", "texto")
_STATES: dict[NoticeState, str] = {
    NoticeState.ACCEPTED: "aceptado",
    NoticeState.WAITING: "en espera",
    NoticeState.SENDING: "enviando",
    NoticeState.SENT: "enviado",
    NoticeState.DELIVERED: "entregado",
    NoticeState.READ: "leído",
    NoticeState.FAILED: "falló",
    NoticeState.UNKNOWN: "sin confirmar",
    NoticeState.EXPIRED: "vencido",
    NoticeState.CANCELLED: "cancelado",
}


async def notice_page(query: ListNotices, *, bus: Bus) -> NoticePageView:
    """Return a page of the ledger with the counts of every state."""
    page: NoticePage = await bus.ask(query)
    return NoticePageView(
        rows=[_row(line) for line in page.rows],
        next=page.next,
        counts=[NoticeCount(state=state, count=page.counts.get(state, 0)) for state in NoticeState],
        total=sum(page.counts.values()),
    )


async def notice_detail(notice_id: str, *, bus: Bus) -> NoticeDetail:
    """Return a notice with its history."""
    return detail_of(await bus.ask(GetNotice(notice_id=notice_id)))


def detail_of(found: NoticeFound) -> NoticeDetail:
    """Return the wire form of a notice with its history."""
    return NoticeDetail(
        notice=_row(found.notice),
        timeline=[NoticeStepView(at=step.at, state=step.state, text=step.text) for step in found.timeline],
        may_retry=found.notice.state in _RETRYABLE,
        may_cancel=found.notice.state in _CANCELLABLE,
    )


async def send_state(bus: Bus) -> SendStateView:
    """Return the traffic light of sending."""
    return SendStateView(**(await bus.ask(GetSendState(), timeout_s=3.0)).model_dump())


async def unreached_csv(query: NoticesUnreached, *, bus: Bus, tz: ZoneInfo) -> AsyncIterator[str]:
    """Yield the list of those not reached as CSV that spreadsheets open, page by page, never more than 50,000 lines.

    Moments are on the company's clock ``tz``.
    """
    page = await bus.ask(query, timeout_s=_EXPORT_TIMEOUT_S)
    yield "\ufeff" + _lines([_HEAD])
    told = 0
    while True:
        yield _lines([_cells(line, tz) for line in page.rows])
        told += len(page.rows)
        if page.next is None or told >= _EXPORT_LIMIT:
            return
        more = query.model_copy(update={"cursor": page.next, "limit": _EXPORT_PAGE})
        page = await bus.ask(more, timeout_s=_EXPORT_TIMEOUT_S)


def _lines(rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue()


def _cells(line: NoticeLine, tz: ZoneInfo) -> tuple[str, ...]:
    cells = (
        line.received_at.astimezone(tz).strftime(_MOMENT),
        line.phone,
        line.customer_name or "",
        line.source_name,
        _STATES[line.state],
        line.reason_text or "",
        line.text,
    )
    return tuple(_harmless(cell) for cell in cells)


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from running a customer's text as a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _row(line: NoticeLine) -> NoticeRow:
    return NoticeRow(
        id=line.notice_id,
        received_at=line.received_at,
        source=line.source,
        source_name=line.source_name,
        phone=display_phone(line.phone),
        customer_name=line.customer_name,
        text=line.text,
        files=[NoticeFileView(**file.model_dump()) for file in line.attachments],
        urgent=line.urgent,
        kind=line.kind,
        state=line.state,
        reason=line.reason_text,
        expires_at=line.expires_at,
        next_try_at=line.next_try_at,
    )
