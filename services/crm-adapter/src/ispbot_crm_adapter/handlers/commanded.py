"""What all commands that write have in common: done at most once, told either way, and tried again while it makes sense."""

from collections.abc import Awaitable, Callable
from typing import Literal

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.crm import Capability
from ispbot_contracts.crm_writes import CrmWriteFailed, FileCase, FileLead, RegisterPayment, UndoPayment
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.ports import CrmWriter
from ispbot_crm_adapter.promises import engine, writer_for
from ispbot_crm_adapter.write_ledger import WriteLedger
from ispbot_crm_adapter.writes import GIVE_UP_AFTER, Write, WriteLater, WriteRefused, WriteUnknown
from ispbot_runtime.errors import Refusal, Retryable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

Kind = Literal["case", "lead", "payment", "undo_payment"]
CrmCommand = FileCase | FileLead | RegisterPayment | UndoPayment
Prepare = Callable[[Opened, CrmWriter], Awaitable[tuple[Write, dict[str, object]]]]


async def carry_out(
    command: CrmCommand, kind: Kind, needs: Capability, prepare: Prepare, done: Callable[[str | None], Message], *,
    crm: CurrentCrm, ledger: WriteLedger,
) -> list[Message]:  # fmt: skip
    """Return the event that tells how it ended. Raises Retryable while it has no end."""
    customer_id, source = None, ""
    if isinstance(command, FileCase | RegisterPayment):
        customer_id, source = command.customer_id, command.source
    try:
        async with crm.use(source) as opened:
            write, noted = await prepare(opened, writer_for(opened, needs))
            customer_id = customer_id or write.customer_id or None  # taking back a payment names no customer
            reference = await engine(crm, opened, ledger).carry_out(write, asked_at=command.occurred_at, **noted)
    except WriteLater as later:
        raise Retryable(f"{kind}: {later.code}", delay_s=later.delay_s) from later
    except WriteUnknown:
        ended = failed(command, kind, "unknown", texts.WRITE_UNKNOWN, customer_id)
    except WriteRefused as refused:
        ended = failed(command, kind, "refused", refused.reason, customer_id)
    except (CrmError, Refusal) as error:
        reason = _said_no(command, kind, error, crm.limits.write_retry_s)
        log.warning("crm_write_refused", kind=kind, write_id=command.id, reason=error.code)
        ended = failed(command, kind, "refused", reason, customer_id)
    else:
        ended = done(reference)
    return [ended]


def failed(
    command: CrmCommand, kind: Kind, outcome: Literal["refused", "unknown"], reason: str, customer_id: str | None
) -> Message:
    """Return the event of a write that did not happen, or that nobody knows of."""
    return CrmWriteFailed.caused_by(
        command, "failed", contact_id=command.contact_id, write_id=command.id, write=kind, outcome=outcome, reason=reason,
        ticket_id=command.ticket_id if isinstance(command, FileCase | FileLead) else None, customer_id=customer_id,
    )  # fmt: skip


def _said_no(command: CrmCommand, kind: Kind, error: CrmError | Refusal, delay_s: float) -> str:
    """Return why nothing was written. Raises Retryable when the system only is away."""
    if isinstance(error, (CrmRejected, NoSuchCustomer)):
        return texts.write_refused(error)
    if isinstance(error, Refusal) and error.code != "crm_unavailable":
        return error.message
    if utc_now() - command.occurred_at > GIVE_UP_AFTER:
        return texts.WRITE_GIVEN_UP
    raise Retryable(f"{kind}: {error.code}", delay_s=delay_s)
