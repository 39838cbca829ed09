"""Questions in, answers out."""

from functools import partial

from ispbot_contracts.crm import FetchInvoicePdf, FindCustomers, GetAccount, GetCrmStatus, TestCrmConnection
from ispbot_contracts.crm_fields import DetectCrmFields
from ispbot_contracts.crm_writes import (
    FileCase,
    FileLead,
    GetPaymentLink,
    GetPromiseTerms,
    GetRequestMeter,
    PromisePayment,
    RegisterPayment,
    UndoPayment,
)
from ispbot_contracts.tickets import TicketOpened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.files import InvoiceFiles
from ispbot_crm_adapter.handlers.detect_crm_fields import detect_crm_fields
from ispbot_crm_adapter.handlers.fetch_invoice_pdf import fetch_invoice_pdf
from ispbot_crm_adapter.handlers.file_case import file_case, file_lead
from ispbot_crm_adapter.handlers.find_customers import find_customers
from ispbot_crm_adapter.handlers.get_account import get_account
from ispbot_crm_adapter.handlers.get_crm_status import get_crm_status
from ispbot_crm_adapter.handlers.get_payment_link import get_payment_link
from ispbot_crm_adapter.handlers.get_request_meter import get_request_meter
from ispbot_crm_adapter.handlers.mirror_ticket import mirror_ticket
from ispbot_crm_adapter.handlers.promise_payment import get_promise_terms, promise_payment
from ispbot_crm_adapter.handlers.register_payment import register_payment, undo_payment
from ispbot_crm_adapter.handlers.try_crm_connection import try_crm_connection
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_crm_adapter.promises import Promises
from ispbot_crm_adapter.recent import Recent
from ispbot_crm_adapter.store import CrmStore
from ispbot_crm_adapter.write_ledger import WriteLedger
from ispbot_runtime.bus import Bus


def carry_out_commands(bus: Bus, *, crm: CurrentCrm, ledger: WriteLedger) -> None:
    """Register what is written and what leads to it."""
    bus.consume(
        "write",
        {
            FileCase: partial(file_case, crm=crm, ledger=ledger),
            FileLead: partial(file_lead, crm=crm, ledger=ledger),
            RegisterPayment: partial(register_payment, crm=crm, ledger=ledger),
            UndoPayment: partial(undo_payment, crm=crm, ledger=ledger),
        },
        order="partition",
    )
    bus.consume("mirror", {TicketOpened: partial(mirror_ticket, crm=crm)}, order="partition")


def answer_questions(
    bus: Bus,
    *,
    crm: CurrentCrm,
    store: CrmStore,
    index: CustomerIndex,
    recent: Recent,
    files: InvoiceFiles,
    promises: Promises,
) -> None:
    """Register the answers."""
    bus.answer(GetPromiseTerms, partial(get_promise_terms, crm=crm, promises=promises))
    bus.answer(PromisePayment, partial(promise_payment, crm=crm, promises=promises))
    bus.answer(GetPaymentLink, partial(get_payment_link, crm=crm))
    bus.answer(GetRequestMeter, partial(get_request_meter, crm=crm))
    bus.answer(FindCustomers, partial(find_customers, crm=crm, store=store, index=index, recent=recent))
    bus.answer(GetAccount, partial(get_account, crm=crm, store=store, recent=recent))
    bus.answer(FetchInvoicePdf, partial(fetch_invoice_pdf, crm=crm, files=files))
    bus.answer(GetCrmStatus, partial(get_crm_status, crm=crm, index=index))
    bus.answer(TestCrmConnection, partial(try_crm_connection, crm=crm))
    bus.answer(DetectCrmFields, partial(detect_crm_fields, crm=crm))
