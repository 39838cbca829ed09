"""ISPCube's door: a login, then calls that carry all the headers; errors under many statuses, some under 200."""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ispbot_sims.isp.faults import FaultKind, RequestLog
from ispbot_sims.isp.invoice_files import InvoiceFiles
from ispbot_sims.isp.ispcube import read, shapes, write
from ispbot_sims.isp.ispcube.account import Account, no, unauthenticated
from ispbot_sims.isp.model import DemoIsp
from ispbot_sims.isp.sabotage import Sabotage

_LOGIN = "sanctum/token"
_FILTERED = ("customer", "customers/customers_list")


@dataclass
class IspcubeFace:
    """The API over one provider. ``radius_online`` says whether it offers the newer question who is online."""

    isp: DemoIsp
    account: Account
    sabotage: Sabotage
    requests: RequestLog
    files: InvoiceFiles
    radius_online: bool

    def routes(self) -> list[Route]:
        """Return the API and the files it links to."""
        return [
            Route("/api/sanctum/token", self.login, methods=["POST"]),
            Route("/api/status", self.status, methods=["POST"]),
            Route("/api/radius/online_user/username/{user}", self.online_user),
            Route("/api/{call:path}", self.call, methods=["GET", "POST"]),
            Route("/print_bill/{company}/{uuid}", self.bill_file),
        ]

    async def login(self, http: Request) -> Response:
        """Hand out a token for the four credentials."""
        self.requests.add(_LOGIN, {})
        spoiled = await self.sabotage.strike(_LOGIN, http)
        if isinstance(spoiled, Response):
            return spoiled
        if spoiled is FaultKind.BAD_TOKEN:
            return unauthenticated()
        try:
            body = json.loads(await http.body())
        except ValueError:
            body = {}
        answer = self.account.login(http.headers, body if isinstance(body, dict) else {})
        return self.sabotage.spoil(answer, spoiled)

    async def status(self, _: Request) -> Response:
        """Say that the server is up."""
        return JSONResponse({"status": True})

    async def call(self, http: Request) -> Response:
        """Answer one question."""
        name = http.path_params["call"].strip("/").lower()
        self.requests.add(name, dict(http.query_params))
        spoiled = await self.sabotage.strike(name, http)
        if isinstance(spoiled, Response):
            return spoiled
        if spoiled is FaultKind.BAD_TOKEN:
            return unauthenticated()
        refused = self.account.refuse(http.headers)
        if refused is None and spoiled is FaultKind.FORBIDDEN:
            refused = no("No tiene permisos para esta consulta.", 403)
        if refused is not None:
            return refused
        calls = write.CALLS if http.method == "POST" else read.CALLS
        answering = calls.get(name)
        if answering is None or spoiled is FaultKind.UNSUPPORTED:
            return _no_route()
        if spoiled is FaultKind.IGNORES_FILTER and name in _FILTERED:
            answering = read.everybody
        answer = answering(read.Call(self.isp, http.query_params, str(http.base_url), await _json_body(http)))
        if spoiled is FaultKind.ANSWER_LOST:
            return await self.sabotage.cut_line(http)
        return self.sabotage.spoil(answer, spoiled)

    async def online_user(self, http: Request) -> Response:
        """Tell who is online, where the provider has RADIUS."""
        self.requests.add("radius/online_user", {})
        refused = self.account.refuse(http.headers)
        if refused is not None:
            return refused
        if not self.radius_online:
            return _no_route()
        user = http.path_params["user"]
        sessions = [
            {"username": user, "framedipaddress": service.ip, "callingstationid": service.mac}
            for customer in self.isp.customers.values()
            for service in customer.services
            if service.pppoe_user == user and service.online
        ]
        return JSONResponse(sessions)

    async def bill_file(self, http: Request) -> Response:
        """Serve a bill's PDF."""
        return await self.files.serve(http, shapes.invoice_of_uuid(self.isp, http.path_params["uuid"]))


def error_under_200(text: str) -> Response:
    """Return the error that comes under HTTP 200."""
    return no(text, 200)


async def _json_body(http: Request) -> dict[str, object]:
    try:
        body = json.loads(await http.body() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _no_route() -> Response:
    return HTMLResponse("<!DOCTYPE html><title>Not Found</title><h1>404</h1>", status_code=404)
