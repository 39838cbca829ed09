"""Payment promises: who may promise, and recording one exactly once although the caller does not wait for ever."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from pymongo.errors import PyMongoError

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import Money
from ispbot_contracts.crm import Capability
from ispbot_contracts.crm_writes import CrmWriteFailed, OneInvoice, PromisePayment, PromiseRecorded, PromiseTerms
from ispbot_contracts.settings import CrmSettings
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.due import due, owed_invoices
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable
from ispbot_crm_adapter.keyed_lock import KeyedLock
from ispbot_crm_adapter.ports import CrmWriter
from ispbot_crm_adapter.write_ledger import WriteEntry, WriteLedger, WriteState
from ispbot_crm_adapter.writes import (
    GIVE_UP_AFTER,
    OTHER_PROMISE,
    Write,
    WriteLater,
    Writer,
    WriteRefused,
    WriteUnknown,
)
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Retryable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

KIND = "promise"
_LONGEST = timedelta(days=62)
_SWEEP_EVERY_S = 30.0


class Promises:
    """Records promises; one that takes long goes on in the background and the next try with its key finds it."""

    def __init__(self, crm: CurrentCrm, ledger: WriteLedger, bus: Bus) -> None:
        self._crm = crm
        self._ledger = ledger
        self._bus = bus
        self._under_way: dict[str, asyncio.Task[PromiseRecorded]] = {}
        self._of_customer = KeyedLock()

    async def terms(self, opened: Opened, customer_id: str, *, apart_from: str = "") -> PromiseTerms:
        """Return what may be promised. Raises Refusal, CrmError, PyMongoError. ``apart_from`` is the write asking."""
        rules = self._crm.watch.current(CrmSettings).promises
        writer = writer_for(opened, Capability.PAYMENT_PROMISE)
        statement = await opened.client.statement(customer_id)
        if statement is None:
            raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
        today = opened.locale.today()
        owed = owed_invoices(statement)
        if statement.account.balance.amount <= 0 or (writer.promises_by_invoice and not owed):
            raise Refusal("nothing_owed", texts.NOTHING_OWED)
        await self._check_earlier(opened, customer_id, statement.promised_until, rules.max_per_month, apart_from)
        promised = due(statement, owed[-1] if writer.promises_by_invoice else None)
        return PromiseTerms(
            latest=today + timedelta(days=rules.max_days), amount=promised.amount, invoice_id=promised.invoice_id,
            invoice=promised.invoice,
        )  # fmt: skip

    async def record(self, opened: Opened, query: PromisePayment, customer_id: str) -> PromiseRecorded:
        """Return the promise recorded under this key, recording it when there is none. Being cancelled does not stop it.

        Raises Refusal, CrmError, PyMongoError.
        """
        write_id = derive_id(KIND, opened.source, customer_id, query.request_key)
        task = self._under_way.get(write_id)
        if task is None:
            task = self._under_way[write_id] = asyncio.create_task(self._record(write_id, query, customer_id))
            task.add_done_callback(lambda done: self._done(write_id, done))
        return await asyncio.shield(task)

    async def keep_ending(self) -> None:
        """Run for ever: find out what became of promises whose asker went away."""
        while True:
            try:
                await self.sweep()
            except (PyMongoError, Refusal, Retryable, CrmError) as error:
                log.debug("crm_promises_wait", reason=type(error).__name__)
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def sweep(self) -> None:
        """Tell what is still owed to staff, then end what was begun and is old enough to be told."""
        for entry in await self._ledger.owed(KIND):
            await self._tell(entry.write_id, entry.customer_id, entry.noted)
        async with self._crm.use() as opened:
            before = utc_now() - timedelta(seconds=self._crm.limits.write_settle_s)
            for entry in await self._ledger.left_open(KIND, opened.source, before):
                if entry.write_id in self._under_way:
                    continue
                try:
                    await self._end(opened, entry)
                except CrmError as error:  # one customer who can not be asked about must not keep the others waiting
                    log.info("crm_promise_still_open", write_id=entry.write_id, reason=error.code)
                    if utc_now() - entry.at > GIVE_UP_AFTER:
                        await self._give_up(entry)

    async def stop(self) -> None:
        """Give up what is under way: the ledger knows that it was begun."""
        tasks = tuple(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _record(self, write_id: str, query: PromisePayment, customer_id: str) -> PromiseRecorded:
        async with self._crm.use(query.source) as opened, self._of_customer.hold(customer_id):
            known = await self._ledger.find(write_id)
            if known is not None and known.state is WriteState.DONE:
                return _recorded(known)
            if known is None or known.state is WriteState.NEVER_LEFT:
                noted = await self._note(opened, write_id, query, customer_id)
            else:
                noted = dict(known.noted)
            asked_at = known.at if known is not None else utc_now()
            await self._carry_out(opened, write_id, customer_id, noted, asked_at)
            return _recorded(await self._ledger.read(write_id))

    async def _note(self, opened: Opened, write_id: str, query: PromisePayment, customer_id: str) -> dict[str, str]:
        """Return what a first try is to record, as of now: another promise or a payment may have come before it."""
        until = query.until
        terms = await self.terms(opened, customer_id, apart_from=write_id)
        if not opened.locale.today() <= until <= terms.latest:
            raise Refusal("promise_refused", texts.promise_day(terms.latest))
        noted = {
            "until": until.isoformat(), "amount": str(terms.amount.amount), "currency": terms.amount.currency,
            "invoice_id": terms.invoice_id or "", "invoice": terms.invoice.model_dump_json() if terms.invoice else "",
            "contact_id": query.contact_id or "",
        }  # fmt: skip
        await self._ledger.note_anew(write_id, noted)
        return noted

    async def _carry_out(
        self, opened: Opened, write_id: str, customer_id: str, noted: dict[str, str], asked_at: datetime
    ) -> None:
        writer = writer_for(opened, Capability.PAYMENT_PROMISE)
        until, invoice_id = date.fromisoformat(noted["until"]), noted["invoice_id"] or None

        async def send() -> None:  # our row is written, so of two processes at least one sees the other's
            rows = await self._earlier(opened, customer_id, write_id)
            if any(date.fromisoformat(row.noted["until"]) >= opened.locale.today() for row in rows):
                raise CrmUnreachable(OTHER_PROMISE)
            await writer.promise(customer_id, invoice_id, Decimal(noted["amount"]), until)

        write = Write(write_id, KIND, customer_id, send, lambda: writer.find_promise(customer_id, until), owes=True)
        try:
            await engine(self._crm, opened, self._ledger).carry_out(write, asked_at=asked_at, **noted)
        except WriteRefused as refused:
            raise Refusal("promise_refused", refused.reason) from refused
        except WriteLater as later:
            raise texts.unavailable(CrmUnreachable(later.code)) from later
        except WriteUnknown as unknown:
            await self._tell(write_id, customer_id, noted)
            raise _unclear() from unknown

    async def _end(self, opened: Opened, entry: WriteEntry) -> None:
        writer = writer_for(opened, Capability.PAYMENT_PROMISE)
        seen = await writer.find_promise(entry.customer_id, date.fromisoformat(entry.noted["until"]))
        if seen.there is None:
            await self._give_up(entry)
        elif seen.there:
            await self._ledger.end(entry.write_id, WriteState.DONE)
        else:  # nobody waits for it any more; whoever asks again may have it
            await self._ledger.was_not_written(entry)

    async def _give_up(self, entry: WriteEntry) -> None:
        await self._ledger.end(entry.write_id, WriteState.UNKNOWN, owed=True)
        await self._tell(entry.write_id, entry.customer_id, entry.noted)

    async def _tell(self, write_id: str, customer_id: str, noted: Mapping[str, str]) -> None:
        """Tell staff, once, however often it is tried. Where nobody's contact came with the promise, the lane is the customer's."""
        contact_id = noted.get("contact_id") or derive_id("crm-customer", customer_id)
        await self._bus.publish(
            CrmWriteFailed.start(
                derive_id(write_id, "failed"), contact_id=contact_id, write_id=write_id, write="promise",
                outcome="unknown", reason=texts.PROMISE_UNKNOWN_STAFF.format(customer_id=customer_id),
                customer_id=customer_id,
            )
        )  # fmt: skip
        await self._ledger.was_told(write_id)

    async def _check_earlier(
        self, opened: Opened, customer_id: str, promised_until: date | None, per_month: int, apart_from: str
    ) -> None:
        today = opened.locale.today()
        earlier = await self._earlier(opened, customer_id, apart_from)
        until = {state: _latest(entry for entry in earlier if entry.state is state) for state in WriteState}
        pending = max((day for day in (until[WriteState.DONE], promised_until) if day is not None), default=None)
        if pending is not None and pending >= today:
            raise Refusal("promise_pending", texts.promise_pending(pending), until=pending.isoformat())
        unclear, begun = until[WriteState.UNKNOWN], until[WriteState.BEGAN]
        if unclear is not None and unclear >= today:
            raise _unclear()
        if begun is not None and begun >= today:
            raise Refusal("promise_pending", texts.promise_begun(begun), until=begun.isoformat())
        this_month = [
            entry for entry in earlier if _month(entry.at.astimezone(opened.locale.tz)) == (today.year, today.month)
        ]
        if len(this_month) >= per_month:
            raise Refusal("promise_limit", texts.promise_limit(per_month))

    async def _earlier(self, opened: Opened, customer_id: str, apart_from: str) -> list[WriteEntry]:
        """Return the customer's other promises that stand or may stand."""
        rows = await self._ledger.of_customer(opened.source, customer_id, KIND, utc_now() - _LONGEST)
        return [row for row in rows if row.write_id != apart_from]

    def _done(self, write_id: str, task: asyncio.Task[PromiseRecorded]) -> None:
        self._under_way.pop(write_id, None)
        if not task.cancelled() and task.exception() is not None:
            log.info("crm_promise_not_recorded", write_id=write_id, reason=type(task.exception()).__name__)


def writer_for(opened: Opened, capability: Capability) -> CrmWriter:
    """Return the writer. Raises Refusal ``not_supported``."""
    lack = opened.client.lacks.get(capability)
    if lack is not None:
        raise Refusal("not_supported", str(lack))
    return opened.writer


def engine(crm: CurrentCrm, opened: Opened, ledger: WriteLedger) -> Writer:
    """Return what carries out the writes of the system in use."""
    limits = crm.limits
    return Writer(ledger, source=opened.source, settle_s=limits.write_settle_s, retry_s=limits.write_retry_s)


def _unclear() -> Refusal:
    return Refusal("promise_unclear", texts.PROMISE_UNKNOWN)


def _latest(entries: Iterable[WriteEntry]) -> date | None:
    return max((date.fromisoformat(entry.noted["until"]) for entry in entries), default=None)


def _month(moment: datetime) -> tuple[int, int]:
    return moment.year, moment.month


def _recorded(entry: WriteEntry) -> PromiseRecorded:
    noted = entry.noted
    return PromiseRecorded(
        until=date.fromisoformat(noted["until"]),
        amount=Money(amount=Decimal(noted["amount"]), currency=noted["currency"]),
        invoice_id=noted["invoice_id"] or None,
        invoice=OneInvoice.model_validate_json(invoice) if (invoice := noted.get("invoice")) else None,
    )
