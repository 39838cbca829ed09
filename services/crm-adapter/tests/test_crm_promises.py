"""What a promise or a link is of, what is said of one that is not certain, and that customers do not wait for each other."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from ispbot_contracts.crm import GetAccount
from ispbot_contracts.crm_writes import GetPaymentLink, GetPromiseTerms, PromisePayment
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.keyed_lock import KeyedLock
from ispbot_crm_adapter.promises import KIND
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually

SEVERAL = 3
"""A customer of the demo provider with more than one unpaid invoice."""


@pytest.fixture(params=["ispcube", "mikrowisp"])
def vendor(request) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
async def _ready(start_adapter, settings_store, company, crm_settings, all_writes):
    await settings_store.write(company, revision=0)
    await settings_store.write(crm_settings(**all_writes), revision=0)
    await start_adapter()


async def refused(ask, query):
    with pytest.raises(Refusal) as caught:
        await ask(query)
    return caught.value


class TestWhatItIsOf:
    """``isp.isp`` is the provider's own view: newest invoices first."""

    async def test_one_invoice_is_named_with_what_is_open_of_it_and_what_remains(self, ask, isp, cid, vendor):
        newer, oldest = isp.isp.unpaid_of(SEVERAL)
        oldest.collected = Decimal("500.00")
        until = isp.isp.today + timedelta(days=1)
        terms = await ask(GetPromiseTerms(customer_id=cid(SEVERAL)))
        link = await ask(GetPaymentLink(customer_id=cid(SEVERAL)))
        recorded = await ask(PromisePayment(customer_id=cid(SEVERAL), until=until, request_key="k"))
        for said in (terms, link, recorded):
            if vendor == "ispcube":  # it takes the whole debt
                assert (said.invoice_id, said.invoice) == (None, None)
                assert said.amount.amount == newer.total + oldest.total - 500
            else:
                assert said.invoice_id == str(oldest.invoice_id)
                assert said.amount.amount == oldest.total - 500
                assert (said.invoice.number, said.invoice.due_on) == (f"{oldest.invoice_id:08}", oldest.due_on)
                assert (said.invoice.total.amount, said.invoice.rest.amount) == (oldest.total, newer.total)

    @pytest.mark.parametrize("vendor", ["mikrowisp"], indirect=True)
    async def test_the_only_invoice_leaves_nothing_and_a_settled_one_is_not_chosen(self, ask, isp, cid):
        newer, oldest = isp.isp.unpaid_of(SEVERAL)
        oldest.collected = oldest.total
        terms = await ask(GetPromiseTerms(customer_id=cid(SEVERAL)))
        assert (terms.invoice_id, terms.amount.amount) == (str(newer.invoice_id), newer.total)
        assert terms.invoice.rest.amount == 0
        found = await ask(GetAccount(customer_id=cid(SEVERAL)))
        open_of = {invoice.invoice_id: invoice.owed.amount for invoice in found.invoices}
        assert open_of[str(oldest.invoice_id)] == 0


class TestWhatIsNotCertain:
    @pytest.mark.parametrize("vendor", ["mikrowisp"], indirect=True)  # ISPCube shows promises
    async def test_one_that_nobody_can_confirm_is_told_as_such_and_the_menu_says_the_same(
        self, ask, isp, cid, cause, command, asked
    ):
        await cause("answer_lost", command=command("promise"), times=1)
        query = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k")
        for question in (
            query,
            query,
            GetPromiseTerms(customer_id=cid(1)),
            query.model_copy(update={"request_key": "l"}),
        ):
            refusal = await refused(ask, question)
            assert (refusal.code, refusal.message) == ("promise_unclear", texts.PROMISE_UNKNOWN)
        assert (await asked())[command("promise")] == 1

    @pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
    async def test_one_that_is_still_being_confirmed_is_not_called_standing(self, ask, isp, cid, cause, command):
        await cause("reset", command=command("promise"), times=1)
        query = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k")
        assert (await refused(ask, query)).code == "crm_unavailable"
        refusal = await refused(ask, GetPromiseTerms(customer_id=cid(1)))
        assert (refusal.code, refusal.message) == ("promise_pending", texts.promise_begun(isp.isp.today))

    @pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
    async def test_what_failed_and_is_not_there_may_be_promised_again_but_not_twice(
        self, start_adapter, ask, isp, cid, cause, command, asked, database
    ):
        await cause("reset", command=command("promise"), times=1)
        first = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="first asking")
        await refused(ask, first)
        await start_adapter(crm_write_settle_s=0.0)  # the next replica looks after what was left open

        async def may_again():
            return (await database["writes"].find_one({"kind": KIND}))["state"] == "never_left"

        await eventually(may_again)
        anew = first.model_copy(update={"request_key": "second asking"})
        assert (await ask(anew)).until == isp.isp.today
        assert (await refused(ask, first)).code == "promise_pending"
        assert (await asked())[command("promise")] == 2  # the one that was cut and the one that stands

    async def test_the_vendors_no_is_of_one_asking(self, ask, isp, cid, cause, heal, command):
        await cause("error_200", command=command("promise"), text="Cliente con deuda judicial.")
        first = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="first asking")
        assert (await refused(ask, first)).code == "promise_refused"
        await heal()
        assert (await refused(ask, first)).code == "promise_refused"
        assert (await ask(first.model_copy(update={"request_key": "second asking"}))).until == isp.isp.today


async def test_a_customer_does_not_wait_for_the_slow_promise_of_another(ask, isp, cid, cause, command, database):
    await cause("latency", command=command("promise"), latency_s=10.0, times=1)
    slow = asyncio.create_task(refused(ask, PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k")))

    async def begun():
        return await database["writes"].find_one({"kind": KIND}) is not None

    await eventually(begun)
    other = PromisePayment(customer_id=cid(SEVERAL), until=isp.isp.today, request_key="l")
    assert (await ask(other)).until == isp.isp.today
    assert (await slow).details["reason"] == "timeout"


async def test_a_lock_is_of_one_key_and_goes_away_when_nobody_holds_it():
    locks, told, let_go = KeyedLock(), [], asyncio.Event()

    async def hold(key, name):
        async with locks.hold(key):
            told.append(f"{name} in")
            if name == "first":
                await let_go.wait()
            told.append(f"{name} out")

    async with asyncio.TaskGroup() as group:
        for key, name in (("a", "first"), ("a", "second"), ("b", "other")):
            group.create_task(hold(key, name))
        await eventually(lambda: "other out" in told)
        assert (told, len(locks)) == (["first in", "other in", "other out"], 1)
        let_go.set()
    assert told[3:] == ["first out", "second in", "second out"]
    assert len(locks) == 0
