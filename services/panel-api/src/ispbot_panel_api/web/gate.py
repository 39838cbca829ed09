"""What every API request passes before its route: size, origin, session, and the forced first change of password.

It stands before the routes so that nobody without a session can make the service read a large body.
"""

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ispbot_panel_api.failures import Failure, no_session
from ispbot_panel_api.media.kinds import LARGEST_UPLOAD
from ispbot_panel_api.parts import parts_of
from ispbot_panel_api.web.cookies import session_token
from ispbot_panel_api.web.origin import comes_from_panel
from ispbot_panel_api.web.problems import TOO_LARGE, problem_response

_SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN_PATHS = frozenset({"/api/public", "/api/logo", "/api/login"})
"""Reached without a session."""
BEFORE_PASSWORD_CHANGE = frozenset({"/api/session", "/api/password", "/api/logout"})
"""All that works until the first password is changed."""
UPLOAD_PATH = "/api/media"
_JSON_LIMIT = 256 * 1024
_MULTIPART_OVERHEAD = 64 * 1024


class Gate:
    """ASGI middleware in front of the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in or answer it with a problem."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await self._check(request)
        except Failure as failure:
            await problem_response(failure)(scope, receive, send)
            return
        await self._app(scope, _limited(receive, _limit_of(request)), _no_store(send))

    async def _check(self, request: Request) -> None:
        parts = parts_of(request)
        if request.method not in _SAFE and not comes_from_panel(request, parts.allowed_origins):
            raise Failure(403, "wrong_origin", "El pedido no vino de este panel. Recargá la página y probá de nuevo.")
        declared = request.headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > _limit_of(request):
            raise _too_large()
        if request.url.path in OPEN_PATHS:
            return
        staff = await parts.sessions.find(session_token(request))
        if staff is None:
            raise no_session()
        if staff.user.must_change_password and request.url.path not in BEFORE_PASSWORD_CHANGE:
            raise Failure(403, "password_change_required", "Antes de seguir, elegí una contraseña nueva.")
        request.state.staff = staff


def _limit_of(request: Request) -> int:
    return LARGEST_UPLOAD + _MULTIPART_OVERHEAD if request.url.path == UPLOAD_PATH else _JSON_LIMIT


def _too_large() -> Failure:
    return Failure(413, "too_large", TOO_LARGE)


def _limited(receive: Receive, limit: int) -> Receive:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise HTTPException(413)  # FastAPI lets only this kind pass while it reads a body
        return message

    return counted


def _no_store(send: Send) -> Send:
    async def marked(message: Any) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("cache-control", "no-store")
        await send(message)

    return marked
