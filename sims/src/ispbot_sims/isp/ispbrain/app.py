"""ISPBrain's door: a login, then calls that show the raw token; and the side door to its queue and its dialect."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ispbot_sims.isp.faults import FaultKind, RequestLog
from ispbot_sims.isp.invoice_files import InvoiceFiles
from ispbot_sims.isp.ispbrain import read, write
from ispbot_sims.isp.ispbrain.account import BrainAccount, unauthenticated
from ispbot_sims.isp.ispbrain.dialects import Dialect
from ispbot_sims.isp.ispbrain.queue import ACCOUNT, CONFIG, AltwhaQueue
from ispbot_sims.isp.ispcube.shapes import invoice_of_uuid
from ispbot_sims.isp.model import DemoIsp
from ispbot_sims.isp.sabotage import Sabotage

_LOGIN = "auth"
SEARCH, ONE = "customers/search", "customers/id"
"""How a filtered list of customers and a single one are called on the fault board and in the record of requests."""


@dataclass
class IspbrainFace:
    """The API over one provider."""

    isp: DemoIsp
    account: BrainAccount
    sabotage: Sabotage
    requests: RequestLog
    files: InvoiceFiles
    queue: AltwhaQueue = field(default_factory=AltwhaQueue)
    dialect: Dialect = Dialect.PLAIN

    def routes(self) -> list[Route]:
        """Return the API, the files it links to and the side door."""
        return [
            Route("/api/v2/auth", self.login, methods=["POST"]),
            Route("/api/v2/{call:path}", self.call, methods=["GET", "POST", "PATCH"]),
            Route("/comprobantes/pdf/{uuid}", self.file),
            Route("/_sim/ispbrain", self.set_dialect, methods=["PUT"]),
            Route("/_sim/altwha", self.queue_message, methods=["POST"]),
            Route("/_sim/altwha", self.list_messages, methods=["GET"]),
        ]

    async def login(self, http: Request) -> Response:
        """Hand out a token."""
        self.requests.add(_LOGIN, {})
        spoiled = await self.sabotage.strike(_LOGIN, http)
        if isinstance(spoiled, Response):
            return spoiled
        if spoiled is FaultKind.BAD_TOKEN:
            return unauthenticated()
        answer = self.account.login(await _object(http))
        return self.sabotage.spoil(answer, spoiled)

    async def call(self, http: Request) -> Response:
        """Answer one call."""
        path = http.path_params["call"].strip("/").lower()
        name = _name_of(path, http)
        self.requests.add(name, dict(http.query_params))
        spoiled = await self.sabotage.strike(name, http)
        if isinstance(spoiled, Response):
            return spoiled
        if spoiled is FaultKind.BAD_TOKEN or not self.account.allows(http.headers):
            return unauthenticated()
        if spoiled is FaultKind.FORBIDDEN:
            return JSONResponse({"message": "No tiene permisos para esta consulta."}, status_code=403)
        answer = None if spoiled is FaultKind.UNSUPPORTED else await self._answer(path, http, spoiled)
        if answer is None:
            return HTMLResponse("<!DOCTYPE html><title>Not Found</title><h1>404</h1>", status_code=404)
        return self.sabotage.spoil(answer, spoiled)

    async def _answer(self, path: str, http: Request, spoiled: object) -> Response | None:
        obeys = spoiled is not FaultKind.IGNORES_FILTER
        call = read.Call(self.isp, self.queue, http.query_params, str(http.base_url), self.dialect, obeys_filters=obeys)
        noun, _, key = path.partition("/")
        if http.method == "POST":
            return write.post(call, path, await _object(http))
        if http.method == "PATCH":
            found = noun == "altwha_messages" and key.isdigit()
            return write.acknowledge(call, int(key), await _object(http)) if found else None
        if noun == "customers" and key.isdigit() and obeys:
            return read.customer(call, int(key))
        if noun == "customers" and (not key or key.isdigit()):
            return read.customers(call)
        if noun == "altwha_accounts" and key == ACCOUNT:
            return JSONResponse({"data": {"id": int(ACCOUNT), "config": CONFIG}})
        answering = read.CALLS.get(path)
        return answering(call) if answering is not None else None

    async def file(self, http: Request) -> Response:
        """Serve an invoice's PDF."""
        return await self.files.serve(http, invoice_of_uuid(self.isp, http.path_params["uuid"]))

    async def set_dialect(self, http: Request) -> Response:
        """Change how customers are worded."""
        try:
            self.dialect = Dialect(str((await _object(http)).get("dialect")))
        except ValueError:
            return JSONResponse({"error": f"not a dialect; there are {', '.join(Dialect)}"}, status_code=400)
        return Response(status_code=204)

    async def queue_message(self, http: Request) -> Response:
        """Queue an outgoing message, as the management system does."""
        body = await _object(http)
        phone, message, urgent = str(body.get("phone", "")), str(body.get("message", "")), bool(body.get("urgent"))
        row = self.queue.add(phone, message, urgent=urgent, account=str(body.get("account", ACCOUNT)))
        return JSONResponse(row, status_code=201)

    async def list_messages(self, _: Request) -> Response:
        """Show all outgoing messages with what became of them."""
        return JSONResponse(list(self.queue.messages.values()))


def error_under_200(text: str) -> Response:
    """Return an error that comes under HTTP 200 (its form was not seen; JSON:API's)."""
    return JSONResponse({"errors": [{"detail": text}]})


def _name_of(path: str, http: Request) -> str:
    noun, _, key = path.partition("/")
    if noun == "customers" and key.isdigit():
        return ONE
    if path == "customers" and any(name.startswith("filter[") for name in http.query_params):
        return SEARCH
    return noun if key.isdigit() else path


async def _object(http: Request) -> dict[str, Any]:
    try:
        body = json.loads(await http.body())
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}
