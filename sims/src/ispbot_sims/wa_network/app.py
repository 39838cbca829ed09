"""The server: link, API and phone page on one port."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from ispbot_sims.wa_network.api import accounts, control, media, phones
from ispbot_sims.wa_network.api.stream import stream
from ispbot_sims.wa_network.core.entities import Refused
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.link.session import LinkSession

PAGE_DIR = Path(__file__).parent / "page"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


class PageFiles(StaticFiles):
    """The page's files, asked for anew each time so that an update is never half old."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Serve a file."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def page(_request: Request) -> Response:
    """The phone page."""
    return FileResponse(
        PAGE_DIR / "index.html",
        headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
    )


async def refused(_request: Request, error: Exception) -> Response:
    """A refusal of the network."""
    if not isinstance(error, Refused):
        raise error
    return JSONResponse({"error": error.code, "error_text": error.text}, status_code=error.status)


async def malformed(_request: Request, error: Exception) -> Response:
    """A body that does not parse."""
    return JSONResponse({"error": 422, "error_text": str(error)}, status_code=422)


async def link(websocket: WebSocket) -> None:
    """A linked device."""
    await LinkSession(websocket.app.state.network, websocket).serve()


def build_app(network: Network) -> Starlette:
    """The ASGI app of a network; its lifespan keeps the network running."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with network.running():
            yield

    app = Starlette(
        routes=[
            Route("/", page),
            WebSocketRoute("/link", link),
            WebSocketRoute("/api/stream", stream),
            *phones.routes,
            *accounts.routes,
            *control.routes,
            *media.routes,
            Mount("/page", PageFiles(directory=PAGE_DIR)),
        ],
        exception_handlers={Refused: refused, ValidationError: malformed},
        lifespan=lifespan,
    )
    app.state.network = network
    return app
