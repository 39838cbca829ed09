"""Where to pay online."""

import asyncio

from ispbot_contracts.crm import Capability, Invoice
from ispbot_contracts.crm_writes import GetPaymentLink, PaymentLink
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.due import due, owed_invoices
from ispbot_crm_adapter.errors import CrmError, CrmRejected, CrmUnreachable
from ispbot_crm_adapter.identity import number_key
from ispbot_crm_adapter.promises import writer_for
from ispbot_runtime.errors import Refusal


async def get_payment_link(query: GetPaymentLink, *, crm: CurrentCrm) -> PaymentLink:
    """Return the link of ``invoice_id``, else of the oldest unpaid invoice or the whole debt. Raises Refusal."""
    async with crm.use(query.source) as opened:
        try:
            async with asyncio.timeout(crm.limits.question_s):
                return await _link(opened, query)
        except TimeoutError as error:
            raise texts.unavailable(CrmUnreachable("timeout")) from error
        except CrmError as error:
            raise texts.unavailable(error) from error


async def _link(opened: Opened, query: GetPaymentLink) -> PaymentLink:
    writer = writer_for(opened, Capability.PAYMENT_LINK)
    customer_id = number_key(query.customer_id)
    statement = await opened.client.statement(customer_id) if customer_id is not None else None
    if customer_id is None or statement is None:
        raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
    owed = owed_invoices(statement)
    if statement.account.balance.amount <= 0 or (writer.promises_by_invoice and not owed):
        raise Refusal("nothing_owed", texts.NOTHING_OWED)
    pays = due(statement, _choose(owed, query.invoice_id, by_invoice=writer.promises_by_invoice))
    try:
        url = await writer.payment_link(customer_id, pays.invoice_id, pays.amount.amount)
    except CrmRejected as error:  # no such gateway there, or none for this invoice
        raise Refusal("no_link", texts.NO_LINK, said=error.detail) from error
    if url is None:
        raise Refusal("no_link", texts.NO_LINK)
    return PaymentLink(url=url, amount=pays.amount, invoice_id=pays.invoice_id, invoice=pays.invoice)


def _choose(owed: list[Invoice], wanted: str | None, *, by_invoice: bool) -> Invoice | None:
    if wanted is not None:
        chosen = next((invoice for invoice in owed if invoice.invoice_id == number_key(wanted)), None)
        if chosen is None:
            raise Refusal("nothing_owed", texts.INVOICE_NOT_OF_CUSTOMER)
        return chosen
    return owed[-1] if by_invoice else None
