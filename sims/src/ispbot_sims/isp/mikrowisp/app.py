"""MikroWisp's door: one POST per command, the token in the body, errors under HTTP 200."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ispbot_sims.isp.faults import FaultKind, RequestLog
from ispbot_sims.isp.invoice_files import InvoiceFiles
from ispbot_sims.isp.invoice_pdf import pesos
from ispbot_sims.isp.mikrowisp import read, write
from ispbot_sims.isp.mikrowisp.request import CommandError, Request
from ispbot_sims.isp.model import DemoIsp, Invoice, IspError
from ispbot_sims.isp.sabotage import Sabotage

Json = dict[str, Any]

COMMANDS: dict[str, Callable[[Request], Json]] = {
    "getclientsdetails": read.get_clients_details,
    "getallclients": read.get_all_clients,
    "getinvoices": read.get_invoices,
    "getinvoice": read.get_invoice,
    "getpaymentlink": read.get_payment_link,
    "listticket": read.list_ticket,
    "listinstall": read.list_install,
    "getrouters": read.get_routers,
    "facilito/consultadeuda": read.debt_by_document,
    "paidinvoice": write.paid_invoice,
    "deletetransaccion": write.delete_transaccion,
    "promesapago": write.promesa_pago,
    "newticket": write.new_ticket,
    "closeticket": write.close_ticket,
    "newpreregistro": write.new_pre_registro,
}
_BAD_TOKEN = "El token es incorrecto o no tiene permisos para la API."
_NO_TOKEN = "Falta el token de acceso."
_NO_COMMAND = "No existe el comando indicado."


@dataclass
class MikroWispFace:
    """The API over one provider."""

    isp: DemoIsp
    token: str
    sabotage: Sabotage
    requests: RequestLog
    files: InvoiceFiles

    def routes(self) -> list[Route]:
        """Return the API and the files it links to."""
        return [
            Route("/api/v1/{command:path}", self.command, methods=["POST", "GET"]),
            Route("/facturas/{secret}/{number}.pdf", self.invoice_file),
            Route("/pagar/{secret}/{number}", self.payment_page),
        ]

    async def command(self, http: HttpRequest) -> Response:
        """Run one command; names are case-insensitive."""
        name = http.path_params["command"].strip("/").lower()
        body = _json_object(await http.body())
        self.requests.add(name, body)
        spoiled = await self.sabotage.strike(name, http)
        if spoiled in (FaultKind.BAD_TOKEN, FaultKind.FORBIDDEN):
            return error_under_200(_BAD_TOKEN)
        if spoiled is FaultKind.UNSUPPORTED:
            return error_under_200(_NO_COMMAND)
        if isinstance(spoiled, Response):
            return spoiled
        run = COMMANDS.get(name)
        if spoiled is FaultKind.IGNORES_FILTER and run is read.get_clients_details:
            run = read.everybody
        answer = self._run(run, body, str(http.base_url))
        if spoiled is FaultKind.ANSWER_LOST:
            return await self.sabotage.cut_line(http)
        return self.sabotage.spoil(answer, spoiled)

    def _run(self, run: Callable[[Request], Json] | None, body: Json, base_url: str) -> Response:
        if not body.get("token"):
            return error_under_200(_NO_TOKEN)
        if body["token"] != self.token:
            return error_under_200(_BAD_TOKEN)
        if run is None:
            return error_under_200(_NO_COMMAND)
        try:
            answer = run(Request(self.isp, body, base_url))
        except (CommandError, IspError) as error:
            return error_under_200(str(error))
        return JSONResponse(answer if "code" in answer else {"estado": "exito", **answer})

    async def invoice_file(self, http: HttpRequest) -> Response:
        """Serve an invoice's PDF."""
        return await self.files.serve(http, self._invoice_of(http))

    async def payment_page(self, http: HttpRequest) -> Response:
        """Show what the payment link is for."""
        invoice = self._invoice_of(http)
        if invoice is None:
            return HTMLResponse("<h1>404 Not Found</h1>", status_code=404)
        return HTMLResponse(
            f"<!doctype html><meta charset=utf-8><title>Pagar</title><h1>Factura {invoice.invoice_id:08d}</h1>"
            f"<p>{pesos(invoice.owed)} · vence el {invoice.due_on:%d/%m/%Y}</p><p>Pasarela de demostración.</p>"
        )

    def _invoice_of(self, http: HttpRequest) -> Invoice | None:
        number = http.path_params["number"]
        invoice = self.isp.invoices.get(int(number)) if number.isdigit() else None
        return invoice if invoice is not None and invoice.secret == http.path_params["secret"] else None


def _json_object(raw: bytes) -> Json:
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def error_under_200(text: str) -> Response:
    """Return an error as MikroWisp words all of them."""
    return JSONResponse({"estado": "error", "mensaje": text})
