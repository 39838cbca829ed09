"""Who is this? By phone, document or customer number."""

import asyncio
from datetime import datetime, timedelta

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import Freshness
from ispbot_contracts.crm import CustomerAccount, CustomersFound, CustomerStatus, FindCustomers
from ispbot_crm_adapter import metrics, texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable
from ispbot_crm_adapter.identity import By, Locale, document_keys, number_key
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_crm_adapter.recent import Recent
from ispbot_crm_adapter.store import CrmStore, Snapshot
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_DIRECTORY_TRUSTED = timedelta(days=2)
"""So long the list of everybody may say who is no customer."""


async def find_customers(
    query: FindCustomers, *, crm: CurrentCrm, store: CrmStore, index: CustomerIndex, recent: Recent
) -> CustomersFound:
    """Return everybody who really matches; as last seen, and marked so, when the system can not be asked.

    Raises Refusal: crm_not_configured, crm_unavailable.
    """
    async with crm.use() as opened:
        value = _normal_form(query, opened.locale)
        if value is None:
            return CustomersFound(customers=[], freshness=Freshness(as_of=utc_now()), source=opened.source)
        answer = recent.get(CustomersFound, opened.source, query.by, value)
        if answer is not None:
            return answer
        if query.by == "phone" and opened.client.metered:
            strangers_as_of = await _not_listed_as_of(opened, index, query.by, value)
            if strangers_as_of is not None:
                metrics.ANSWERS.labels(CustomersFound.__name__, "directory").inc()
                return CustomersFound(customers=[], freshness=Freshness(as_of=strangers_as_of), source=opened.source)
        try:
            async with asyncio.timeout(crm.limits.question_s):
                found = await _ask(opened, index, query.by, value)
        except TimeoutError:
            return await _as_last_seen(opened, store, index, query.by, value, CrmUnreachable("timeout"))
        except CrmError as error:
            return await _as_last_seen(opened, store, index, query.by, value, error)
        now = utc_now()
        for account in found:
            store.remember(opened.source, account, opened.locale.nationals(*account.phones), now)
        if query.by == "phone":
            store.remember_phone(opened.source, value, [account.customer_id for account in found])
        answer = CustomersFound(customers=_served_first(found), freshness=Freshness(as_of=now), source=opened.source)
        recent.put(answer, opened.source, query.by, value)
        metrics.ANSWERS.labels(CustomersFound.__name__, "live").inc()
        return answer


def _normal_form(query: FindCustomers, locale: Locale) -> str | None:
    match query.by:
        case "phone":
            return locale.national(query.value)
        case "document":
            return next(iter(document_keys(query.value)), None)
        case "number":
            return number_key(query.value)


async def _ask(opened: Opened, index: CustomerIndex, by: By, value: str) -> list[CustomerAccount]:
    """Ask for those the directory names; when it names nobody, or wrongly, let the system search."""
    ids = await index.listed(opened.source, by, value)
    asked = await asyncio.gather(*(opened.client.account(customer_id) for customer_id in ids))
    found = [account for account in asked if account is not None and _is(account, by, value, opened.locale)]
    if found:
        return found
    return await opened.client.find(by, value)


async def _not_listed_as_of(opened: Opened, index: CustomerIndex, by: By, value: str) -> datetime | None:
    """Return since when the list of everybody does not have this person; None when it has, or is too old, not whole, or
    without any such key.

    Strangers write often: where searches are charged for, the list answers. Somebody new still has their document.
    """
    if await index.listed(opened.source, by, value) or not await index.tells(opened.source, by):
        return None
    as_of = await index.as_of(opened.source)
    return as_of if as_of is not None and utc_now() - as_of < _DIRECTORY_TRUSTED else None


def _served_first(found: list[CustomerAccount]) -> list[CustomerAccount]:
    """Contracts that ended only count when there is no other: nobody wants to choose among old ones."""
    return [account for account in found if account.status is not CustomerStatus.CANCELLED] or found


def _is(account: CustomerAccount, by: By, value: str, locale: Locale) -> bool:
    match by:
        case "phone":
            return value in locale.nationals(*account.phones)
        case "document":
            return not set(document_keys(value)).isdisjoint(document_keys(account.document))
        case "number":
            return number_key(account.number) == value


async def _as_last_seen(
    opened: Opened, store: CrmStore, index: CustomerIndex, by: By, value: str, error: CrmError
) -> CustomersFound:
    log.info("crm_answer_from_memory", query=FindCustomers.name, reason=error.code)
    seen = await _still_theirs(opened, store, index, by, value, await store.snapshots(opened.source, by, value))
    if seen:
        as_of = min(snapshot.account_as_of for snapshot in seen)
        return _stale(opened, _served_first([snapshot.account for snapshot in seen]), as_of)
    strangers_as_of = await _not_listed_as_of(opened, index, by, value)
    if strangers_as_of is not None:
        return _stale(opened, [], strangers_as_of)
    metrics.ANSWERS.labels(CustomersFound.__name__, "none").inc()
    raise texts.unavailable(error)


async def _still_theirs(
    opened: Opened, store: CrmStore, index: CustomerIndex, by: By, value: str, seen: list[Snapshot]
) -> list[Snapshot]:
    """Leave out who lost this phone, document or number by a later list of everybody: it has none of them any more, names
    others for it, or others in its place. A list that names none (not every system's has phones) proves nothing.
    """
    listed_at = await index.as_of(opened.source) if seen else None
    if listed_at is None:
        return seen
    listed = await index.listed(opened.source, by, value)
    older = [each.account.customer_id for each in seen if each.account_as_of <= listed_at]
    silent = [] if listed else await store.listed_without(opened.source, by, older)
    lost = set(older) - {*listed, *silent}
    return [each for each in seen if each.account.customer_id not in lost]


def _stale(opened: Opened, customers: list[CustomerAccount], as_of: datetime) -> CustomersFound:
    metrics.ANSWERS.labels(CustomersFound.__name__, "stale").inc()
    return CustomersFound(customers=customers, freshness=Freshness(as_of=as_of, stale=True), source=opened.source)
