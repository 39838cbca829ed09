"""Invoice files, whatever address a face gives them."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ispbot_sims.isp.faults import FaultKind, RequestLog
from ispbot_sims.isp.invoice_pdf import invoice_pdf
from ispbot_sims.isp.model import DemoIsp, Invoice
from ispbot_sims.isp.sabotage import Sabotage


@dataclass(frozen=True)
class InvoiceFiles:
    """Serves invoices as PDF; ``pdf`` is their name on the fault board and in the record of requests."""

    isp: DemoIsp
    sabotage: Sabotage
    requests: RequestLog

    async def serve(self, http: Request, invoice: Invoice | None) -> Response:
        """Return the file, or that there is none."""
        self.requests.add("pdf", {"number": invoice.invoice_id if invoice is not None else None})
        spoiled = await self.sabotage.strike("pdf", http)
        if isinstance(spoiled, Response):
            return spoiled
        if invoice is None:
            return HTMLResponse("<h1>404 Not Found</h1>", status_code=404)
        customer = self.isp.customers[invoice.customer_id]
        body = invoice_pdf(customer, invoice, overdue=self.isp.is_overdue(invoice))
        answer = Response(body, media_type="application/pdf")
        return self.sabotage.spoil(answer, spoiled) if spoiled is FaultKind.TRUNCATED else answer
