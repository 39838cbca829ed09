"""The endpoint that management systems push to (Gateway ISP)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ispbot_contracts.settings import BotMode, CompanySettings, NoticeSettings, OperationSettings
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.notices import metrics, texts
from ispbot_crm_adapter.notices.gate import Gate, header_tokens
from ispbot_crm_adapter.notices.intake import Origin, Wanted, accept, wanted_of
from ispbot_crm_adapter.notices.parsing import Fields, Push, read_push
from ispbot_crm_adapter.notices.refusals import PushRefused
from ispbot_crm_adapter.notices.window import DuplicateWindow
from ispbot_runtime.bus import Bus
from ispbot_runtime.settings_store import SettingsWatch

PATHS = ("/gw/send", "/gateway/send", "/send-message", "/api/send")
_READ_AT_ONCE = 64
_ACCEPTED_AT_ONCE = 8
"""Few: what customers ask the system waits behind them in the same process."""
_QUEUE = 2_000
_QUEUE_S = 8.0
_READ_S = 10.0
_RETRY_BUSY_S = 5
_RETRY_STOPPED_S = 120


@dataclass
class Doors:
    """Takes pushes: bounded in size, in how many are read and accepted at once, and in how long they may wait for a turn."""

    bus: Bus
    watch: SettingsWatch
    window: DuplicateWindow
    gate: Gate = field(default_factory=Gate)
    _reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READ_AT_ONCE))
    _accepting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_ACCEPTED_AT_ONCE))
    _waiting: int = 0

    def routes(self) -> list[BaseRoute]:
        """Return the endpoint under all its names."""
        return [Route(path, self.send, methods=["GET", "POST"]) for path in PATHS]

    async def send(self, request: Request) -> Response:
        """Take a push and answer as soon as it is safe. HEAD, which the router lets in beside GET, must not send."""
        if request.method == "HEAD":
            return Response(status_code=405, headers={"Allow": "GET, POST"})
        try:
            async with self._turn(self._reading):
                response = await self._send(request)
        except PushRefused as refused:
            metrics.PUSHES.labels(refused.code).inc()
            response = _refusal(refused)
        return response

    @asynccontextmanager
    async def _turn(self, turns: asyncio.Semaphore) -> AsyncIterator[None]:
        if self._waiting >= _QUEUE:
            raise PushRefused(503, "busy", texts.BUSY, retry_after_s=_RETRY_BUSY_S)
        self._waiting += 1
        try:
            async with asyncio.timeout(_QUEUE_S):
                await turns.acquire()
        except TimeoutError as error:
            raise PushRefused(503, "busy", texts.BUSY, retry_after_s=_RETRY_BUSY_S) from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            turns.release()

    async def _send(self, request: Request) -> Response:
        settings = self.watch.current(NoticeSettings)
        address = self.gate.caller(request, settings)
        self.gate.refuse_if_throttled(address)
        push = await _read(request)
        integration = self.gate.integration([*header_tokens(request), *push.tokens], address, settings)
        self._refuse_when_off(settings)
        origin = Origin("push", integration.integration_id, integration.name)
        async with self._turn(self._accepting):
            results = [await self._take(item, origin, settings) for item in push.items]
        return _answer(push, [one for result in results for one in result])

    def _refuse_when_off(self, settings: NoticeSettings) -> None:
        if not settings.enabled:
            raise PushRefused(503, "disabled", texts.DISABLED, retry_after_s=_RETRY_STOPPED_S)
        if self.watch.current(OperationSettings).mode is BotMode.STOPPED:
            raise PushRefused(503, "stopped", texts.STOPPED, retry_after_s=_RETRY_STOPPED_S)

    async def _take(self, item: Fields, origin: Origin, settings: NoticeSettings) -> list[str | PushRefused]:
        """Return the id or the refusal of each message of one item."""
        try:
            wanted = wanted_of(item, Locale.of(self.watch.current(CompanySettings)))
        except PushRefused as refused:
            return [refused]
        return [await self._accept(one, origin, settings) for one in wanted]

    async def _accept(self, one: Wanted, origin: Origin, settings: NoticeSettings) -> str | PushRefused:
        try:
            notice_id = await accept(one, origin, settings=settings, bus=self.bus, window=self.window)
        except PushRefused as refused:
            return refused
        metrics.PUSHES.labels("accepted").inc()
        return notice_id


async def _read(request: Request) -> Push:
    """Read it whole within a time limit: who sends drop by drop must not keep the others out."""
    try:
        async with asyncio.timeout(_READ_S):
            return await read_push(request)
    except (TimeoutError, ClientDisconnect) as error:
        raise PushRefused(408, "incomplete", texts.INCOMPLETE) from error


def _answer(push: Push, results: list[str | PushRefused]) -> Response:
    if not push.several and len(results) == 1:
        only = results[0]
        if isinstance(only, PushRefused):
            raise only
        return JSONResponse(_success(only))
    refused = [result for result in results if isinstance(result, PushRefused)]
    for one in refused:
        metrics.PUSHES.labels(one.code).inc()
    body: dict[str, Any] = {
        "status": "success" if not refused else "partial" if len(refused) < len(results) else "error",
        "success": not refused,
        "estado": "exito" if not refused else "parcial" if len(refused) < len(results) else "error",
        "accepted": len(results) - len(refused),
        "refused": len(refused),
        "results": [
            {"index": index} | (_failure(result) if isinstance(result, PushRefused) else _success(result))
            for index, result in enumerate(results)
        ],
    }
    if len(refused) < len(results):
        return JSONResponse(body)
    return JSONResponse(body, status_code=max(one.status for one in refused), headers=_headers(refused[0]))


def _success(notice_id: str) -> dict[str, Any]:
    return {"status": "success", "success": True, "estado": "exito", "id": notice_id, "message": texts.TAKEN}


def _failure(refused: PushRefused) -> dict[str, Any]:
    return {
        "status": "error", "success": False, "estado": "error", "code": refused.code, "message": refused.message,
        "mensaje": refused.message,
    }  # fmt: skip


def _refusal(refused: PushRefused) -> Response:
    return JSONResponse(_failure(refused), status_code=refused.status, headers=_headers(refused))


def _headers(refused: PushRefused) -> dict[str, str]:
    return {"Retry-After": str(refused.retry_after_s)} if refused.retry_after_s is not None else {}
