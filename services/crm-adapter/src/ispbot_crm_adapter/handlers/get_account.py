"""Balance, due date, connection and invoices of one customer."""

import asyncio

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import Freshness
from ispbot_contracts.crm import AccountFound, GetAccount
from ispbot_crm_adapter import metrics, texts
from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable
from ispbot_crm_adapter.identity import number_key
from ispbot_crm_adapter.recent import Recent
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)


async def get_account(query: GetAccount, *, crm: CurrentCrm, store: CrmStore, recent: Recent) -> AccountFound:
    """Return the customer's statement; as last seen, and marked so, when the system can not be asked.

    Raises Refusal: customer_not_found, crm_not_configured, crm_unavailable.
    """
    async with crm.use(query.source) as opened:
        customer_id = number_key(query.customer_id)
        if customer_id is None:
            raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
        answer = recent.get(AccountFound, opened.source, customer_id)
        if answer is not None:
            return answer
        try:
            async with asyncio.timeout(crm.limits.question_s):
                statement = await opened.client.statement(customer_id)
        except TimeoutError:
            return await _as_last_seen(opened, store, customer_id, CrmUnreachable("timeout"))
        except CrmError as error:
            return await _as_last_seen(opened, store, customer_id, error)
        if statement is None:
            raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
        now, account = utc_now(), statement.account
        store.remember(opened.source, account, opened.locale.nationals(*account.phones), now, statement.invoices)
        answer = AccountFound(account=account, invoices=statement.invoices, freshness=Freshness(as_of=now))
        recent.put(answer, opened.source, customer_id)
        metrics.ANSWERS.labels(AccountFound.__name__, "live").inc()
        return answer


async def _as_last_seen(opened: Opened, store: CrmStore, customer_id: str, error: CrmError) -> AccountFound:
    log.info("crm_answer_from_memory", query=GetAccount.name, reason=error.code)
    seen = await store.snapshot(opened.source, customer_id)
    if seen is not None:
        as_of = min(seen.account_as_of, seen.invoices_as_of or seen.account_as_of)
        metrics.ANSWERS.labels(AccountFound.__name__, "stale").inc()
        return AccountFound(
            account=seen.account, invoices=seen.invoices or [], freshness=Freshness(as_of=as_of, stale=True)
        )
    metrics.ANSWERS.labels(AccountFound.__name__, "none").inc()
    raise texts.unavailable(error)
