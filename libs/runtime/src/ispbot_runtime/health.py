"""/healthz (alive), /readyz (may get work, and why not) and /metrics of a service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

Check = Callable[[], str | None]
"""Returns None when fine, else the reason."""


@dataclass
class Health:
    """What makes a service ready (``checks``) and what only limits it (``limits``)."""

    service: str
    started: bool = False
    checks: dict[str, Check] = field(default_factory=dict)
    limits: dict[str, Check] = field(default_factory=dict)

    def routes(self) -> list[BaseRoute]:
        """Return the three routes, to be part of any app."""
        return [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", self._metrics),
        ]

    def app(self) -> Starlette:
        """Return an app with only the three routes; while the service starts, anything else is there soon, not missing."""
        return Starlette(routes=self.routes(), exception_handlers={404: self._missing})

    def problems(self) -> dict[str, str]:
        """Return why the service is not ready; empty when it is."""
        found = {name: reason for name, check in self.checks.items() if (reason := check()) is not None}
        if not self.started:
            found["start"] = "still starting"
        return found

    def degraded(self) -> dict[str, str]:
        """Return what limits the service; empty when nothing does."""
        return {name: reason for name, check in self.limits.items() if (reason := check()) is not None}

    async def _healthz(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _readyz(self, _: Request) -> Response:
        problems = self.problems()
        body = {"service": self.service, "ready": not problems, "problems": problems, "degraded": self.degraded()}
        return JSONResponse(body, status_code=503 if problems else 200)

    async def _missing(self, _: Request, __: Exception) -> Response:
        if self.started:
            return PlainTextResponse("Not Found", status_code=404)
        return PlainTextResponse("still starting", status_code=503, headers={"Retry-After": "1"})

    async def _metrics(self, _: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
