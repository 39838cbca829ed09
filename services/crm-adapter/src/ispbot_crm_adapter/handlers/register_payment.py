"""Register a payment in the management system, and take it back."""

from dataclasses import replace
from decimal import Decimal

from ispbot_contracts.base import Message
from ispbot_contracts.crm import Capability
from ispbot_contracts.crm_writes import PaymentRegistered, PaymentUndone, RegisterPayment, UndoPayment
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.due import owed_invoices
from ispbot_crm_adapter.errors import CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.handlers.commanded import carry_out
from ispbot_crm_adapter.handlers.file_case import mark_of
from ispbot_crm_adapter.identity import number_key
from ispbot_crm_adapter.ports import CrmWriter, PaymentDraft, Sighting
from ispbot_crm_adapter.write_ledger import WriteEntry, WriteLedger, WriteState
from ispbot_crm_adapter.writes import Write
from ispbot_runtime.errors import Refusal


async def register_payment(command: RegisterPayment, *, crm: CurrentCrm, ledger: WriteLedger) -> list[Message]:
    """Return PaymentRegistered or CrmWriteFailed. Raises Retryable."""
    chosen: list[str | None] = [command.invoice_id]

    async def prepare(opened: Opened, writer: CrmWriter) -> tuple[Write, dict[str, object]]:
        known = await ledger.find(command.id)
        draft = _noted(known) if known is not None else await _draft(command, opened, writer)
        chosen[0] = draft.invoice_id

        async def send() -> None:
            await writer.register_payment(draft)

        write = Write(command.id, "payment", draft.customer_id, send, lambda: writer.find_payment(draft))
        return write, _note(draft)

    def done(_: str | None) -> Message:
        return PaymentRegistered.caused_by(
            command, "registered", contact_id=command.contact_id, write_id=command.id, customer_id=command.customer_id,
            invoice_id=chosen[0], amount=command.amount,
        )  # fmt: skip

    return await carry_out(command, "payment", Capability.PAYMENTS, prepare, done, crm=crm, ledger=ledger)


async def undo_payment(command: UndoPayment, *, crm: CurrentCrm, ledger: WriteLedger) -> list[Message]:
    """Return PaymentUndone or CrmWriteFailed. Only what we registered in this system is taken back. Raises Retryable."""

    async def prepare(opened: Opened, writer: CrmWriter) -> tuple[Write, dict[str, object]]:
        payment = await ledger.find(command.payment_id)
        ours = payment is not None and (payment.kind, payment.source) == ("payment", opened.source)
        if payment is None or not ours or payment.state is not WriteState.DONE:
            raise Refusal("not_our_payment", texts.NOT_OUR_PAYMENT)
        draft = _noted(payment)

        async def send() -> None:
            await writer.undo_payment(draft)

        async def look() -> Sighting:
            seen = await writer.find_payment(draft)
            return seen if seen.there is None else replace(seen, there=not seen.there)

        return Write(command.id, "undo_payment", draft.customer_id, send, look), {"payment_id": command.payment_id}

    def done(_: str | None) -> Message:
        return PaymentUndone.caused_by(
            command, "undone", contact_id=command.contact_id, write_id=command.id, payment_id=command.payment_id
        )

    return await carry_out(command, "undo_payment", Capability.PAYMENTS, prepare, done, crm=crm, ledger=ledger)


async def _draft(command: RegisterPayment, opened: Opened, writer: CrmWriter) -> PaymentDraft:
    customer_id = number_key(command.customer_id)
    statement = await opened.client.statement(customer_id) if customer_id is not None else None
    if customer_id is None or statement is None:
        raise NoSuchCustomer
    invoice_id = number_key(command.invoice_id) if command.invoice_id is not None else None
    if writer.promises_by_invoice:
        owed = [invoice.invoice_id for invoice in owed_invoices(statement)]
        wanted = invoice_id or (owed[-1] if owed else None)
        if wanted not in owed:
            raise CrmRejected("rejected", texts.ALREADY_PAID)
        invoice_id = wanted
    return PaymentDraft(
        customer_id=customer_id, invoice_id=invoice_id, amount=command.amount.amount, reference=command.reference,
        method=command.method, mark=mark_of(command.id), before=await writer.paid_before(customer_id, invoice_id),
    )  # fmt: skip


def _note(draft: PaymentDraft) -> dict[str, object]:
    return {name: "" if value is None else value for name, value in vars(draft).items()}


def _noted(entry: WriteEntry) -> PaymentDraft:
    noted = entry.noted
    return PaymentDraft(
        customer_id=entry.customer_id, invoice_id=noted["invoice_id"] or None, amount=Decimal(noted["amount"]),
        reference=noted["reference"], method=noted["method"] or None, mark=noted["mark"], before=noted["before"],
    )  # fmt: skip
