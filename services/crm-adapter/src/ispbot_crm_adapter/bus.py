"""Questions in, answers out."""

from functools import partial

from ispbot_contracts.crm import FetchInvoicePdf, FindCustomers, GetAccount, GetCrmStatus, TestCrmConnection
from ispbot_contracts.crm_fields import DetectCrmFields
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.files import InvoiceFiles
from ispbot_crm_adapter.handlers.detect_crm_fields import detect_crm_fields
from ispbot_crm_adapter.handlers.fetch_invoice_pdf import fetch_invoice_pdf
from ispbot_crm_adapter.handlers.find_customers import find_customers
from ispbot_crm_adapter.handlers.get_account import get_account
from ispbot_crm_adapter.handlers.get_crm_status import get_crm_status
from ispbot_crm_adapter.handlers.try_crm_connection import try_crm_connection
from ispbot_crm_adapter.recent import Recent
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.bus import Bus


def answer_questions(bus: Bus, *, crm: CurrentCrm, store: CrmStore, recent: Recent, files: InvoiceFiles) -> None:
    """Register the answers."""
    bus.answer(FindCustomers, partial(find_customers, crm=crm, store=store, recent=recent))
    bus.answer(GetAccount, partial(get_account, crm=crm, store=store, recent=recent))
    bus.answer(FetchInvoicePdf, partial(fetch_invoice_pdf, crm=crm, files=files))
    bus.answer(GetCrmStatus, partial(get_crm_status, crm=crm))
    bus.answer(TestCrmConnection, partial(try_crm_connection, crm=crm))
    bus.answer(DetectCrmFields, partial(detect_crm_fields, crm=crm))
