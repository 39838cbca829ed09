"""Whose id and whose phone: ids of another system, and lists of everybody that name no phones."""

import itertools
from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.crm import FetchInvoicePdf, FindCustomers, GetAccount, GetCrmStatus
from ispbot_contracts.crm_writes import GetPaymentLink, GetPromiseTerms, PromisePayment
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually

pytestmark = pytest.mark.usefixtures("configured")

PHONE = "5493515550001"


async def test_an_id_of_another_system_is_nobody_here(start_adapter, ask, cid, asked):
    await start_adapter()
    source = (await ask(GetCrmStatus())).source
    assert (await ask(GetAccount(customer_id=cid(1), source=source))).account.name == "Nélida Correa"
    await asked()
    tomorrow, theirs = utc_now().date() + timedelta(days=1), {"customer_id": cid(1), "source": "another-one"}
    for question in (
        GetAccount(**theirs), FetchInvoicePdf(**theirs), GetPaymentLink(**theirs), GetPromiseTerms(**theirs),
        PromisePayment(**theirs, until=tomorrow, request_key="k"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="customer_not_found"):
            await ask(question)
    assert await asked() == {}, "nobody was asked about"


@pytest.fixture
def relisted(database, ask):
    """Return a function that changes what the list of everybody says, as a newer listing would."""
    later = itertools.count(1)

    async def change(what, change):
        await database["directory"].update_many(what, change)
        at = utc_now() + timedelta(seconds=next(later))
        await database["directory_runs"].update_one({}, {"$set": {"completed_at": at}})

    return change


async def test_a_list_without_phones_takes_nobodys_phone_away_and_makes_nobody_a_stranger(
    start_adapter, ask, cause, whole_directory, remembered, relisted, cid
):
    await start_adapter()
    await whole_directory()
    await ask(FindCustomers(by="phone", value=PHONE))
    await remembered(cid(1))
    await relisted({}, {"$set": {"phones": []}})
    await cause("http_500")

    async def strangers_are_not_told_from_it() -> bool:
        try:
            await ask(FindCustomers(by="phone", value="5493515559999"))
        except Refusal as refused:
            return refused.code == "crm_unavailable"
        return False

    await eventually(strangers_are_not_told_from_it, timeout_s=20)
    [seen] = (await ask(FindCustomers(by="phone", value=PHONE))).customers
    assert seen.name == "Nélida Correa"


async def test_a_customer_whom_the_list_has_under_other_phones_lost_this_one(
    start_adapter, ask, cause, whole_directory, remembered, relisted, cid
):
    await start_adapter()
    await whole_directory()
    await ask(FindCustomers(by="phone", value=PHONE))
    await remembered(cid(1))
    await cause("http_500")
    assert (await ask(FindCustomers(by="phone", value=PHONE))).freshness.stale
    await relisted({"customer_id": cid(1)}, {"$set": {"phones": ["3515558888"]}})

    async def nobody_is_named() -> bool:
        return (await ask(FindCustomers(by="phone", value=PHONE))).customers == []

    await eventually(nobody_is_named, timeout_s=20)
