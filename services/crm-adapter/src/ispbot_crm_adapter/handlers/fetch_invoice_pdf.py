"""Fetch an invoice's PDF into the media store, ready to be sent."""

import asyncio

from ispbot_contracts.crm import FetchInvoicePdf, Invoice, InvoicePdf, InvoiceStatus
from ispbot_crm_adapter import metrics, texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable, NoInvoiceFile
from ispbot_crm_adapter.files import InvoiceFiles
from ispbot_crm_adapter.identity import number_key
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)


async def fetch_invoice_pdf(query: FetchInvoicePdf, *, crm: CurrentCrm, files: InvoiceFiles) -> InvoicePdf:
    """Return the invoice asked for, else the oldest unpaid one, else the newest, with its file.

    Raises Refusal: customer_not_found, no_invoice, no_pdf, crm_not_configured, crm_unavailable (with reason ``timeout`` the
    file may be there at the next try); Unavailable when the media store is away.
    """
    async with crm.use(query.source) as opened:
        customer_id = number_key(query.customer_id)
        if customer_id is None:
            raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
        try:
            async with asyncio.timeout(crm.limits.question_s):
                invoice = _choose(await _invoices(opened, customer_id), query.invoice_id)
                stored = await files.get(opened.source, customer_id, invoice)
        except TimeoutError as error:
            raise texts.unavailable(CrmUnreachable("timeout")) from error
        except NoInvoiceFile as error:
            raise Refusal("no_pdf", texts.NO_PDF) from error
        except CrmError as error:
            log.info("crm_invoice_not_sent", reason=error.code)
            raise texts.unavailable(error) from error
        metrics.ANSWERS.labels(InvoicePdf.__name__, "live").inc()
        return InvoicePdf(invoice=invoice, media=stored)


async def _invoices(opened: Opened, customer_id: str) -> list[Invoice]:
    statement = await opened.client.statement(customer_id)
    if statement is None:
        raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
    return [invoice for invoice in statement.invoices if invoice.status is not InvoiceStatus.VOID]


def _choose(invoices: list[Invoice], wanted: str | None) -> Invoice:
    if wanted is not None:
        chosen = next((invoice for invoice in invoices if invoice.invoice_id == number_key(wanted)), None)
        if chosen is None:
            raise Refusal("no_invoice", texts.INVOICE_NOT_OF_CUSTOMER)
        return chosen
    owed = [invoice for invoice in invoices if invoice.owed.amount > 0]
    if not (owed or invoices):
        raise Refusal("no_invoice", texts.NO_INVOICE)
    return owed[-1] if owed else invoices[0]
