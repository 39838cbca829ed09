"""Carries out a write at most once and never loses it: written down before, looked up at the vendor when unclear."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ispbot_contracts.base import utc_now
from ispbot_crm_adapter import metrics, texts
from ispbot_crm_adapter.errors import CrmDenied, CrmError, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.ports import Sighting
from ispbot_crm_adapter.write_ledger import WriteEntry, WriteLedger, WriteState
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

GIVE_UP_AFTER = timedelta(hours=24)
"""So long a write waits for a system that is away; then a person is told."""
OTHER_PROMISE = "other_promise"
"""Code: another promise of the customer came in between, so this one was not sent."""
_NEVER_LEFT = {
    "dns", "connection_refused", "connect_timeout", "connection_failed", "tls", "no_connection_free", "circuit_open",
    "invalid_url", "forbidden_address", "allowance_used", OTHER_PROMISE,
}  # fmt: skip
"""Codes of ``errors.py`` that come before the first byte; ``timeout``, ``reset`` and answers that are none may follow the last."""


@dataclass(frozen=True)
class Write:
    """One write: ``send`` does it and returns the vendor's reference, ``look`` asks the vendor whether it was done."""

    write_id: str
    kind: str
    customer_id: str
    send: Callable[[], Awaitable[str | None]]
    look: Callable[[], Awaitable[Sighting]]
    owes: bool = False
    """Whether the end "unknown" is owed to staff in the ledger: nothing comes again by itself that would tell them."""


class WriteRefused(Exception):
    """The system said no; ``reason`` is Spanish, for people. Nothing was written."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WriteUnknown(Exception):
    """Nobody can tell whether it was written: it is not repeated."""


class WriteLater(Exception):
    """Not decided yet: come again with the same id."""

    def __init__(self, code: str, delay_s: float) -> None:
        super().__init__(code)
        self.code, self.delay_s = code, delay_s


class Writer:
    """Carries out writes to the system ``source``. ``settle_s``: so long after a try its absence proves nothing yet."""

    def __init__(self, ledger: WriteLedger, *, source: str, settle_s: float, retry_s: float) -> None:
        self._ledger = ledger
        self._source = source
        self._settle = timedelta(seconds=settle_s)
        self._retry_s = retry_s

    async def carry_out(self, write: Write, *, asked_at: datetime, **noted: object) -> str | None:
        """Return the vendor's reference. Raises WriteRefused, WriteUnknown, WriteLater, PyMongoError."""
        entry = await self._ledger.begin(write.write_id, write.kind, self._source, write.customer_id, noted)
        if entry.fresh:
            return await self._send(write, asked_at)
        if entry.state is WriteState.DONE:
            return entry.reference
        if entry.state is WriteState.REFUSED:
            raise WriteRefused(entry.reason)
        if entry.state is WriteState.UNKNOWN or entry.source != self._source:
            raise await self._unknown(write)
        if entry.state is WriteState.NEVER_LEFT:
            return await self._again(write, asked_at)
        return await self._look(write, entry, asked_at)

    async def _again(self, write: Write, asked_at: datetime) -> str | None:
        if not await self._ledger.try_again(write.write_id):
            raise WriteLater("under_way", self._retry_s)  # another process is at it
        return await self._send(write, asked_at)

    async def _send(self, write: Write, asked_at: datetime) -> str | None:
        try:
            reference = await write.send()
        except CrmError as error:
            if isinstance(error, CrmDenied) or error.before_request or error.code in _NEVER_LEFT:
                raise await self._not_now(write, error, asked_at) from error
            if isinstance(error, (CrmRejected, NoSuchCustomer)):
                raise await self._refused(write, texts.write_refused(error)) from error
            log.warning("crm_write_unclear", kind=write.kind, write_id=write.write_id, reason=error.code)
            return await self._look(write, await self._ledger.read(write.write_id), asked_at)
        await self._done(write, reference)
        return reference

    async def _look(self, write: Write, entry: WriteEntry, asked_at: datetime) -> str | None:
        """It may have been written: ask before anything else."""
        try:
            seen = await write.look()
        except CrmError as error:
            if utc_now() - asked_at > GIVE_UP_AFTER:
                raise await self._unknown(write) from error
            raise WriteLater(error.code, self._retry_s) from error
        if seen.there is True:
            await self._done(write, seen.reference)
            return seen.reference
        if seen.there is None:
            raise await self._unknown(write)
        age = utc_now() - entry.attempted_at
        if age < self._settle:  # the server may still be at it
            raise WriteLater("settling", max(0.05, (self._settle - age).total_seconds()))
        return await self._again(write, asked_at)

    async def _done(self, write: Write, reference: str | None) -> None:
        await self._ledger.end(write.write_id, WriteState.DONE, reference=reference)
        metrics.WRITES.labels(write.kind, "done").inc()
        log.info("crm_write_done", kind=write.kind, write_id=write.write_id)

    async def _refused(self, write: Write, reason: str) -> WriteRefused:
        await self._ledger.end(write.write_id, WriteState.REFUSED, reason=reason)
        metrics.WRITES.labels(write.kind, "refused").inc()
        log.warning("crm_write_refused", kind=write.kind, write_id=write.write_id)
        return WriteRefused(reason)

    async def _unknown(self, write: Write) -> WriteUnknown:
        await self._ledger.end(write.write_id, WriteState.UNKNOWN, owed=write.owes)
        metrics.WRITES.labels(write.kind, "unknown").inc()
        log.error("crm_write_unknown", kind=write.kind, write_id=write.write_id)
        return WriteUnknown(write.write_id)

    async def _not_now(self, write: Write, error: CrmError, asked_at: datetime) -> Exception:
        if utc_now() - asked_at > GIVE_UP_AFTER:
            return await self._refused(write, texts.WRITE_GIVEN_UP)
        await self._ledger.never_left(write.write_id)
        return WriteLater(error.code, self._retry_s)
