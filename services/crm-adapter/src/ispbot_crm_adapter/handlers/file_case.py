"""File a ticket of ours as a case of the management system, or somebody interested as a lead."""

from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.crm import Capability
from ispbot_contracts.crm_writes import CaseFiled, FileCase, FileLead, LeadFiled
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.handlers.commanded import carry_out
from ispbot_crm_adapter.identity import number_key
from ispbot_crm_adapter.ports import CaseDraft, CrmWriter, LeadDraft
from ispbot_crm_adapter.write_ledger import WriteLedger
from ispbot_crm_adapter.writes import Write

_MARK = 12
"""Hex digits of the command's id that recognise a write at the vendor's."""


async def file_case(command: FileCase, *, crm: CurrentCrm, ledger: WriteLedger) -> list[Message]:
    """Return CaseFiled or CrmWriteFailed. Raises Retryable."""
    customer_id = number_key(command.customer_id) or "0"
    draft = CaseDraft(
        customer_id=customer_id, title=command.title, text=command.text, visit_on=command.visit_on, shift=command.shift,
        mark=mark_of(command.id),
    )  # fmt: skip

    async def prepare(_: Opened, writer: CrmWriter) -> tuple[Write, dict[str, object]]:
        write = Write(command.id, "case", customer_id, lambda: writer.file_case(draft), lambda: writer.find_case(draft))
        return write, {"ticket_id": command.ticket_id or ""}

    def done(reference: str | None) -> Message:
        return CaseFiled.caused_by(
            command, "filed", contact_id=command.contact_id, write_id=command.id, case_id=reference,
            ticket_id=command.ticket_id,
        )  # fmt: skip

    return await carry_out(command, "case", Capability.TICKETS, prepare, done, crm=crm, ledger=ledger)


async def file_lead(command: FileLead, *, crm: CurrentCrm, ledger: WriteLedger) -> list[Message]:
    """Return LeadFiled or CrmWriteFailed. Raises Retryable."""
    draft = LeadDraft(
        person=command.person, document=command.document or "", phone=command.phone or "", address=command.address or "",
        email=command.email or "", notes=command.notes, mark=mark_of(command.id),
    )  # fmt: skip

    async def prepare(_: Opened, writer: CrmWriter) -> tuple[Write, dict[str, object]]:
        return Write(command.id, "lead", "", lambda: writer.file_lead(draft), lambda: writer.find_lead(draft)), {}

    def done(reference: str | None) -> Message:
        return LeadFiled.caused_by(
            command, "filed", contact_id=command.contact_id, write_id=command.id, lead_id=reference,
            ticket_id=command.ticket_id,
        )  # fmt: skip

    return await carry_out(command, "lead", Capability.LEADS, prepare, done, crm=crm, ledger=ledger)


def mark_of(write_id: str) -> str:
    """Return what recognises a write at the vendor's: short, and the same each time."""
    return derive_id("crm-mark", write_id)[:_MARK]
