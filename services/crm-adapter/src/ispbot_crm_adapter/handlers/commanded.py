"""What all commands that write have in common: done at most once, told either way, and tried again while it makes sense."""

from collections.abc import Awaitable, Callable
from typing import Literal

from ispbot_contracts.base import Command, Message, utc_now
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

Kind = Literal["case", "lead", "payment", "undo_payment"]
CrmCommand = FileCase | FileLead | RegisterPayment | UndoPayment
Prepare = Callable[[Opened, CrmWriter], Awaitable[tuple[Write, dict[str, object]]]]


async def carry_out(
    command: CrmCommand, kind: Kind, needs: Capability, prepare: Prepare, done: Callable[[str | None], Message], *,
    crm: CurrentCrm, ledger: WriteLedger,
) -> list[Message]:  # fmt: skip
    """Return the event that tells how it ended. Raises Retryable while it has no end."""
    try:
        async with crm.use() as opened:
            write, noted = await prepare(opened, writer_for(opened, needs))
            reference = await engine(crm, opened, ledger).carry_out(write, asked_at=command.occurred_at, **noted)
    except WriteLater as later:
        raise Retryable(f"{kind}: {later.code}", delay_s=later.delay_s) from later
    except WriteUnknown:
        ended = failed(command, kind, "unknown", texts.WRITE_UNKNOWN)
    except WriteRefused as refused:
        ended = failed(command, kind, "refused", refused.reason)
    except (CrmError, Refusal) as error:
        ended = failed(command, kind, "refused", _said_no(command, kind, error, crm.limits.write_retry_s))
    else:
        ended = done(reference)
    return [ended]


def failed(command: Command, kind: Kind, outcome: Literal["refused", "unknown"], reason: str) -> Message:
    """Return the event of a write that did not happen, or that nobody knows of."""
    return CrmWriteFailed.caused_by(
        command, "failed", contact_id=command.key, write_id=command.id, write=kind, outcome=outcome, reason=reason
    )


def _said_no(command: CrmCommand, kind: Kind, error: CrmError | Refusal, delay_s: float) -> str:
    """Return why nothing was written. Raises Retryable when the system only is away."""
    if isinstance(error, (CrmRejected, NoSuchCustomer)):
        return texts.write_refused(error)
    if isinstance(error, Refusal) and error.code != "crm_unavailable":
        return error.message
    if utc_now() - command.occurred_at > GIVE_UP_AFTER:
        return texts.WRITE_GIVEN_UP
    raise Retryable(f"{kind}: {error.code}", delay_s=delay_s)
