"""Payment promises: what may be promised, and promising it."""

import asyncio

from pymongo.errors import PyMongoError

from ispbot_contracts.crm_writes import GetPromiseTerms, PromisePayment, PromiseRecorded, PromiseTerms
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable
from ispbot_crm_adapter.identity import number_key
from ispbot_crm_adapter.promises import Promises
from ispbot_runtime.errors import Refusal, Unavailable


async def get_promise_terms(query: GetPromiseTerms, *, crm: CurrentCrm, promises: Promises) -> PromiseTerms:
    """Return the terms. Raises Refusal as the question says, Unavailable when the database is away."""
    async with crm.use(query.source) as opened:
        customer_id = _key(query.customer_id)
        try:
            async with asyncio.timeout(crm.limits.question_s):
                return await promises.terms(opened, customer_id)
        except TimeoutError as error:
            raise texts.unavailable(CrmUnreachable("timeout")) from error
        except CrmError as error:
            raise texts.unavailable(error) from error
        except PyMongoError as error:
            raise Unavailable("database") from error


async def promise_payment(query: PromisePayment, *, crm: CurrentCrm, promises: Promises) -> PromiseRecorded:
    """Record the promise, once per ``request_key``. Raises Refusal as the question says; ``reason`` timeout: ask again."""
    async with crm.use(query.source) as opened:
        customer_id = _key(query.customer_id)
        try:
            async with asyncio.timeout(crm.limits.question_s):
                return await promises.record(opened, query, customer_id)
        except TimeoutError as error:
            raise texts.unavailable(CrmUnreachable("timeout")) from error
        except CrmError as error:
            raise texts.unavailable(error) from error
        except PyMongoError as error:
            raise Unavailable("database") from error


def _key(customer_id: str) -> str:
    key = number_key(customer_id)
    if key is None:
        raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
    return key
