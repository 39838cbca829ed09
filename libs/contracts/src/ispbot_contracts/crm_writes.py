"""Owner: crm-adapter. What is written into the management system: promises, payments, cases, leads. Each at most once."""

from datetime import date
from typing import ClassVar, Literal

from ispbot_contracts.base import Command, ContactId, Event, Frozen, Query
from ispbot_contracts.common import Money


class _Owned:
    owner: ClassVar[str] = "crm"


class OneInvoice(Frozen):
    """The invoice that an amount is of, where the system takes one invoice and not the whole debt."""

    number: str
    due_on: date | None
    total: Money
    """More than the amount when a part was paid already."""
    rest: Money
    """What the customer owes besides it."""


class PromiseTerms(Frozen):
    """What may be promised now: to pay ``amount`` until ``latest`` at most."""

    latest: date
    amount: Money
    """What is still to be paid of the invoice, or the whole debt."""
    invoice_id: str | None
    """The invoice the promise will stand for, where the system promises invoices."""
    invoice: OneInvoice | None = None
    """That invoice in words; None when the promise is of the whole debt."""


class GetPromiseTerms(_Owned, Query[PromiseTerms]):
    """May this customer promise to pay, and until when?

    Refusals: nothing_owed, promise_pending, promise_limit, not_supported, customer_not_found, crm_not_configured, crm_unavailable;
    promise_unclear when nobody can tell whether an earlier one stands: a person looks, asking again does not help.
    """

    name: ClassVar[str] = "get_promise_terms"
    answer: ClassVar = PromiseTerms
    customer_id: str
    source: str = ""
    """The system whose id this is, as in ``GetAccount``."""


class PromiseRecorded(Frozen):
    """A promise that stands in the management system."""

    until: date
    amount: Money
    invoice_id: str | None
    invoice: OneInvoice | None = None


class PromisePayment(_Owned, Query[PromiseRecorded]):
    """Book a payment promise. The same ``request_key`` is the same promise, however often it is asked.

    A key is of one asking: a "no" of the system is its answer for ever, so whoever asks anew brings a new key.

    Refusals: those of GetPromiseTerms, and promise_refused with the system's own words.
    """

    name: ClassVar[str] = "promise_payment"
    answer: ClassVar = PromiseRecorded
    customer_id: str
    until: date
    request_key: str
    contact_id: ContactId | None = None
    """Who asked, to know whose ticket tells staff when the promise stays unclear; of the first question with the key."""
    source: str = ""
    """The system whose id this is, as in ``GetAccount``."""


class PaymentLink(Frozen):
    """Where the customer pays ``amount`` online."""

    url: str
    amount: Money
    """What is still to be paid of the invoice, or the whole debt."""
    invoice_id: str | None
    invoice: OneInvoice | None = None


class GetPaymentLink(_Owned, Query[PaymentLink]):
    """A link that pays ``invoice_id``, else the oldest unpaid invoice or the whole debt, as the system does it.

    Refusals: nothing_owed, no_link, not_supported, customer_not_found, crm_not_configured, crm_unavailable.
    """

    name: ClassVar[str] = "get_payment_link"
    answer: ClassVar = PaymentLink
    customer_id: str
    invoice_id: str | None = None
    source: str = ""
    """The system whose id this is, as in ``GetAccount``."""


class _Write(_Owned, Command):
    contact_id: ContactId
    """The ordering key: one contact's writes stay in order."""


class FileCase(_Write):
    """File a case (ticket) of the management system."""

    name: ClassVar[str] = "file_case"
    customer_id: str
    source: str = ""
    """The system whose id this is, as in ``GetAccount``."""
    ticket_id: str | None
    """Our ticket, when one led to it."""
    title: str
    text: str
    visit_on: date | None = None
    shift: Literal["morning", "afternoon"] | None = None


class FileLead(_Write):
    """File somebody who wants the service."""

    name: ClassVar[str] = "file_lead"
    ticket_id: str | None = None
    person: str
    document: str | None = None
    phone: str | None = None
    """International digits."""
    address: str | None = None
    email: str | None = None
    notes: str = ""


class RegisterPayment(_Write):
    """Book a payment that was received outside the management system."""

    name: ClassVar[str] = "register_payment"
    customer_id: str
    source: str = ""
    """The system whose id this is, as in ``GetAccount``."""
    invoice_id: str | None
    """None: the oldest unpaid one, or the customer's account, as the system does it."""
    amount: Money
    reference: str
    """Operation number of the receipt."""
    method: str | None = None
    """None: the one of the settings."""


class UndoPayment(_Write):
    """Take back a payment that RegisterPayment booked."""

    name: ClassVar[str] = "undo_payment"
    payment_id: str
    """The id of the RegisterPayment."""


class _Written(_Owned, Event):
    contact_id: ContactId
    write_id: str
    """The id of the command that led to it."""


class CaseFiled(_Written):
    """The case stands; ``case_id`` is the management system's number, None where it tells none."""

    name: ClassVar[str] = "case_filed"
    case_id: str | None
    ticket_id: str | None = None
    """Our ticket, when one led to it."""


class LeadFiled(_Written):
    """The lead stands."""

    name: ClassVar[str] = "lead_filed"
    lead_id: str | None
    ticket_id: str | None = None
    """Our ticket, when one led to it."""


class PaymentRegistered(_Written):
    """The payment stands."""

    name: ClassVar[str] = "payment_registered"
    customer_id: str
    invoice_id: str | None
    amount: Money


class PaymentUndone(_Written):
    """The payment was taken back."""

    name: ClassVar[str] = "payment_undone"
    payment_id: str


class CrmWriteFailed(_Written):
    """It was not written (``refused``), or nobody can tell whether it was (``unknown``): a person must look, nothing is repeated.

    ``contact_id`` is who asked; of a promise that nobody's contact came with, a key made of the customer.
    """

    name: ClassVar[str] = "crm_write_failed"
    write: Literal["case", "lead", "payment", "undo_payment", "promise"]
    outcome: Literal["refused", "unknown"]
    reason: str
    """Spanish, for people."""
    ticket_id: str | None = None
    """Our ticket, when the write is of one."""
    customer_id: str | None = None
    """The management system's id, where the write is of a customer."""


class DayCount(Frozen):
    """Requests of one day, in the company's time zone."""

    day: date
    requests: int


class RequestMeter(Frozen):
    """What a metered system was asked in the present period, against what the provider's contract includes."""

    metered: bool
    period_from: date
    period_to: date
    """The last day of the period."""
    used: int
    allowance: int | None
    """None while nobody knows it."""
    level: Literal["ok", "warning", "over"]
    by_day: list[DayCount]
    by_operation: dict[str, int]


class GetRequestMeter(_Owned, Query[RequestMeter]):
    """How many requests were charged? Refusal: crm_not_configured."""

    name: ClassVar[str] = "get_request_meter"
    answer: ClassVar = RequestMeter
