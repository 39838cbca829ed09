"""Keeps the local directory of who is a customer, so that a phone is found however it was typed."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from pymongo.errors import PyMongoError

from ispbot_contracts.base import utc_now
from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CannotList, CrmError, CrmRejected
from ispbot_crm_adapter.store import CrmStore, Listing
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_LOOK_EVERY_S = 5.0
_NOT_EVEN_BEGUN = timedelta(seconds=5)
_HALF_DONE = timedelta(minutes=2)
_WHEN_UNSUPPORTED = timedelta(hours=1)
_METERED = timedelta(minutes=15)
"""Each try is charged for."""
_METERED_WHEN_UNSUPPORTED = timedelta(days=1)
_CONFIRM = timedelta(minutes=15)
"""Between a listing that nobody believes and the one that decides."""
_BELIEVED = 0.8
"""Of the customers of before: nobody loses more within hours."""
_SAME = 0.1
"""So far apart may be two listings that say the same."""


async def keep_directory(crm: CurrentCrm, store: CrmStore, every: timedelta) -> None:
    """Run for ever: refresh the directory when it is due; one replica does it for all.

    Where there was no list to be had, other settings (another user) and a person's own test are worth another try.
    """
    changed = False
    while True:
        crm.changed.clear()
        try:
            async with crm.use() as opened:
                if changed:
                    await store.ask_for_list_again(opened.source)
                if await store.claim_sync(opened.source):
                    await refresh_directory(opened, store, every)
        except Refusal as error:
            log.debug("crm_directory_waits", reason=error.code)
        except PyMongoError as error:
            log.warning("crm_directory_not_written", reason=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(crm.changed.wait(), _LOOK_EVERY_S)
        changed = crm.changed.is_set()


async def refresh_directory(opened: Opened, store: CrmStore, every: timedelta) -> int | None:
    """List everybody anew; returns how many there are, None when the system could not say. Raises PyMongoError.

    A listing that lost a fifth or more of the customers changes nothing until a second one says the same.
    """
    run, vendor = utc_now().isoformat(), opened.client.vendor
    seen: set[str] = set()
    try:
        async for page in opened.client.directory():
            await store.list_customers(opened.source, run, page)
            seen.update(entry.customer_id for entry in page)
    except CrmError as error:
        outcome, wait = "failed", _HALF_DONE if seen else _NOT_EVEN_BEGUN
        if isinstance(error, CrmRejected):
            outcome, wait = "unsupported", _WHEN_UNSUPPORTED
        if opened.client.metered:
            wait = _METERED_WHEN_UNSUPPORTED if isinstance(error, CrmRejected) else max(wait, _METERED)
        why = error.code if isinstance(error, CannotList) else None
        news = await store.postpone_sync(opened.source, wait, no_list=why)
        metrics.DIRECTORY_SYNCS.labels(vendor, outcome).inc()
        tell = log.warning if news else log.debug
        tell("crm_directory_not_refreshed", vendor=vendor, reason=error.code, outcome=outcome)
        return None
    count = len(seen)
    if _too_few(count, await store.listing(opened.source)):
        await store.doubt_sync(opened.source, run, count, _CONFIRM)
        metrics.DIRECTORY_SYNCS.labels(vendor, "doubted").inc()
        log.warning("crm_directory_doubted", vendor=vendor, customers=count)
        return None
    await store.finish_sync(opened.source, run, count, every)
    metrics.DIRECTORY_SYNCS.labels(vendor, "ok").inc()
    metrics.DIRECTORY_CUSTOMERS.labels(vendor).set(count)
    log.info("crm_directory_refreshed", vendor=vendor, customers=count)
    return count


def _too_few(count: int, before: Listing | None) -> bool:
    if before is None or not before.customers or count >= _BELIEVED * before.customers:
        return False
    return before.doubted is None or abs(count - before.doubted) > _SAME * before.doubted
