"""Payment promises: who may promise, and recording one exactly once although the caller does not wait for ever."""

import asyncio
from datetime import date, datetime, timedelta
from decimal import Decimal

from pymongo.errors import PyMongoError

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import Money
from ispbot_contracts.crm import Capability, Invoice, InvoiceStatus
from ispbot_contracts.crm_writes import CrmWriteFailed, PromisePayment, PromiseRecorded, PromiseTerms
from ispbot_contracts.settings import CrmSettings
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable
from ispbot_crm_adapter.ports import CrmWriter
from ispbot_crm_adapter.write_ledger import WriteEntry, WriteLedger, WriteState
from ispbot_crm_adapter.writes import GIVE_UP_AFTER, Write, WriteLater, Writer, WriteRefused, WriteUnknown
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

KIND = "promise"
OWED = (InvoiceStatus.UNPAID, InvoiceStatus.OVERDUE)
_LONGEST = timedelta(days=62)
_SWEEP_EVERY_S = 30.0


class Promises:
    """Records promises; one that takes long goes on in the background and the next try with its key finds it."""

    def __init__(self, crm: CurrentCrm, ledger: WriteLedger, bus: Bus) -> None:
        self._crm = crm
        self._ledger = ledger
        self._bus = bus
        self._under_way: dict[str, asyncio.Task[PromiseRecorded]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def terms(self, opened: Opened, customer_id: str, *, apart_from: str = "") -> PromiseTerms:
        """Return what may be promised. Raises Refusal, CrmError, PyMongoError. ``apart_from`` is the write asking."""
        rules = self._crm.watch.current(CrmSettings).promises
        writer = writer_for(opened, Capability.PAYMENT_PROMISE)
        statement = await opened.client.statement(customer_id)
        if statement is None:
            raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
        today = opened.locale.today()
        owed = [invoice for invoice in statement.invoices if invoice.status in OWED]
        if statement.account.balance.amount <= 0 or (writer.promises_by_invoice and not owed):
            raise Refusal("nothing_owed", texts.NOTHING_OWED)
        await self._check_earlier(opened, customer_id, statement.promised_until, rules.max_per_month, apart_from)
        invoice: Invoice | None = owed[-1] if writer.promises_by_invoice else None
        return PromiseTerms(
            latest=today + timedelta(days=rules.max_days),
            amount=invoice.total if invoice is not None else statement.account.balance,
            invoice_id=invoice.invoice_id if invoice is not None else None,
        )

    async def record(self, opened: Opened, query: PromisePayment, customer_id: str) -> PromiseRecorded:
        """Return the promise recorded under this key, recording it when there is none. Being cancelled does not stop it.

        Raises Refusal, CrmError, PyMongoError.
        """
        write_id = derive_id(KIND, opened.source, customer_id, query.request_key)
        task = self._under_way.get(write_id)
        if task is None:
            task = self._under_way[write_id] = asyncio.create_task(self._record(write_id, query.until, customer_id))
            task.add_done_callback(lambda done: self._done(write_id, done))
        return await asyncio.shield(task)

    async def keep_ending(self) -> None:
        """Run for ever: find out what became of promises whose asker went away."""
        while True:
            try:
                await self.sweep()
            except (PyMongoError, Refusal, Unavailable, CrmError) as error:
                log.debug("crm_promises_wait", reason=type(error).__name__)
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def sweep(self) -> None:
        """End what was begun and is old enough to be told."""
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

    async def _record(self, write_id: str, until: date, customer_id: str) -> PromiseRecorded:
        async with self._crm.use() as opened, self._one_at_a_time:
            known = await self._ledger.find(write_id)
            if known is not None and known.state is WriteState.DONE:
                return _recorded(known)
            if known is None:
                terms = await self.terms(opened, customer_id, apart_from=write_id)
                if not opened.locale.today() <= until <= terms.latest:
                    raise Refusal("promise_refused", texts.promise_day(terms.latest))
                noted = {
                    "until": until.isoformat(), "amount": str(terms.amount.amount), "currency": terms.amount.currency,
                    "invoice_id": terms.invoice_id or "",
                }  # fmt: skip
            else:
                noted = dict(known.noted)
            asked_at = known.at if known is not None else utc_now()
            await self._carry_out(opened, write_id, customer_id, noted, asked_at)
            return _recorded(await self._ledger.read(write_id))

    async def _carry_out(
        self, opened: Opened, write_id: str, customer_id: str, noted: dict[str, str], asked_at: datetime
    ) -> None:
        writer = writer_for(opened, Capability.PAYMENT_PROMISE)
        until, invoice_id = date.fromisoformat(noted["until"]), noted["invoice_id"] or None

        async def send() -> None:
            await writer.promise(customer_id, invoice_id, until)

        write = Write(write_id, KIND, customer_id, send, lambda: writer.find_promise(customer_id, until))
        try:
            await engine(self._crm, opened, self._ledger).carry_out(write, asked_at=asked_at, **noted)
        except WriteRefused as refused:
            raise Refusal("promise_refused", refused.reason) from refused
        except WriteLater as later:
            raise texts.unavailable(CrmUnreachable(later.code)) from later
        except WriteUnknown as unknown:
            await self._tell(write_id, customer_id)
            raise Refusal("crm_unavailable", texts.PROMISE_UNKNOWN, reason="unknown") from unknown

    async def _end(self, opened: Opened, entry: WriteEntry) -> None:
        writer = writer_for(opened, Capability.PAYMENT_PROMISE)
        seen = await writer.find_promise(entry.customer_id, date.fromisoformat(entry.noted["until"]))
        if seen.there is None:
            await self._give_up(entry)
        elif seen.there:
            await self._ledger.end(entry.write_id, WriteState.DONE)
        else:  # nobody waits for it any more
            await self._ledger.end(entry.write_id, WriteState.REFUSED, reason=texts.PROMISE_NOT_RECORDED)

    async def _give_up(self, entry: WriteEntry) -> None:
        await self._ledger.end(entry.write_id, WriteState.UNKNOWN)
        await self._tell(entry.write_id, entry.customer_id)

    async def _tell(self, write_id: str, customer_id: str) -> None:
        """A promise has no contact: the lane is the customer's."""
        await self._bus.publish(
            CrmWriteFailed.start(
                derive_id(write_id, "failed"), contact_id=derive_id("crm-customer", customer_id), write_id=write_id,
                write="promise", outcome="unknown", reason=texts.PROMISE_UNKNOWN_STAFF.format(customer_id=customer_id),
            )
        )  # fmt: skip

    async def _check_earlier(
        self, opened: Opened, customer_id: str, promised_until: date | None, per_month: int, apart_from: str
    ) -> None:
        today = opened.locale.today()
        since = utc_now() - _LONGEST
        earlier = [
            entry
            for entry in await self._ledger.of_customer(opened.source, customer_id, KIND, since)
            if entry.write_id != apart_from
        ]
        standing = [date.fromisoformat(entry.noted["until"]) for entry in earlier]
        pending = max([day for day in (*standing, promised_until) if day is not None and day >= today], default=None)
        if pending is not None:
            raise Refusal("promise_pending", texts.promise_pending(pending), until=pending.isoformat())
        this_month = [
            entry for entry in earlier if _month(entry.at.astimezone(opened.locale.tz)) == (today.year, today.month)
        ]
        if len(this_month) >= per_month:
            raise Refusal("promise_limit", texts.promise_limit(per_month))

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


def _month(moment: datetime) -> tuple[int, int]:
    return moment.year, moment.month


def _recorded(entry: WriteEntry) -> PromiseRecorded:
    noted = entry.noted
    return PromiseRecorded(
        until=date.fromisoformat(noted["until"]),
        amount=Money(amount=Decimal(noted["amount"]), currency=noted["currency"]),
        invoice_id=noted["invoice_id"] or None,
    )
