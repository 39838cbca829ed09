"""Invoice files that take long keep nobody's question waiting: all three systems."""

import asyncio

import pytest

from ispbot_contracts.crm import FetchInvoicePdf, GetAccount, GetCrmStatus
from ispbot_runtime.testing import eventually

AT_ONCE = 8
"""Requests at once to a system, files and questions each."""


@pytest.mark.usefixtures("configured")
async def test_eight_slow_files_do_not_keep_a_question_about_the_balance_waiting(
    start_adapter, ask, isp, cause, side, cid
):
    await start_adapter(crm_question_timeout_s=4.0, crm_file_timeout_s=60.0)
    await cause("latency", command="pdf", latency_s=60)
    billed = {invoice.customer_id for invoice in isp.isp.invoices.values()}
    asking = [
        asyncio.create_task(ask(FetchInvoicePdf(customer_id=cid(number)), timeout_s=30))
        for number in sorted(billed)[:AT_ONCE]
    ]

    async def all_under_way():
        return (await side.get("/requests")).json()["counts"].get("pdf") == AT_ONCE

    await eventually(all_under_way)
    answer = await ask(GetAccount(customer_id=cid(1)), timeout_s=10)
    assert not answer.freshness.stale
    assert (await ask(GetCrmStatus())).healthy
    for one in asking:
        one.cancel()
