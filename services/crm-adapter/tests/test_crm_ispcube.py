"""What is particular to ISPCube: its login, its lists, its charge for every request."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from ispbot_contracts.crm import FindCustomers
from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.adapters.session import Session
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmRejected, CrmUnreachable
from ispbot_crm_adapter.health import worth_a_probe
from ispbot_crm_adapter.identity import Locale
from ispbot_sims.isp.ispcube import read


@pytest.fixture
def vendor() -> str:
    return "ispcube"


@pytest.fixture
def client(opened):
    return opened.client


def billed() -> float:
    return metrics.BILLED.labels("ispcube")._value.get()


class TestLogin:
    async def test_many_questions_at_once_log_in_once(self, client, asked, cid):
        accounts = await asyncio.gather(*(client.account(cid(number)) for number in range(1, 11)))
        assert len(accounts) == 10
        assert (await asked())["sanctum/token"] == 1

    async def test_a_token_that_is_not_accepted_any_more_is_renewed_once(self, client, asked, cause, cid):
        await client.probe()
        await asked()
        await cause("bad_token", command="customer", times=1)
        assert (await client.account(cid(2))).name == "Silvia Quiroga"
        counts = await asked()
        assert (counts["sanctum/token"], counts["customer"]) == (1, 2)

    async def test_bad_credentials_are_not_tried_in_a_loop(self, client, asked, cause):
        await client.probe()
        await asked()
        await cause("bad_token", command="customer")
        with pytest.raises(CrmDenied):
            await client.probe()
        assert await asked() == {"customer": 2, "sanctum/token": 1}

    async def test_a_token_is_kept_for_23_hours(self):
        now, given = 0.0, []

        async def log_in():
            given.append(f"{len(given)}|t")
            return given[-1]

        session = Session(log_in, kept_s=23 * 3600, clock=lambda: now)
        assert await session.token() == "0|t"
        now = 23 * 3600 - 1.0
        assert await session.token() == "0|t"
        now = 23 * 3600 + 1.0
        assert await session.token() == "1|t"

    async def test_who_stops_waiting_does_not_stop_the_login(self):
        answer = asyncio.Event()

        async def log_in():
            await answer.wait()
            return "1|t"

        session = Session(log_in, kept_s=23 * 3600)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await session.token()
        answer.set()
        assert await session.token() == "1|t"

    async def test_a_failed_login_is_told_to_everybody_who_waits_and_tried_again_by_the_next(self):
        outcomes = [CrmUnreachable("reset")]

        async def log_in():
            await asyncio.sleep(0)
            if outcomes:
                raise outcomes.pop()
            return "1|t"

        session = Session(log_in, kept_s=23 * 3600)
        failed = await asyncio.gather(session.token(), session.token(), return_exceptions=True)
        assert [type(error) for error in failed] == [CrmUnreachable] * 2
        assert await session.token() == "1|t"

    async def test_an_old_refusal_does_not_discard_a_newer_token(self):
        given = iter(("1|t", "2|t", "3|t"))

        async def log_in():
            return next(given)

        session = Session(log_in, kept_s=23 * 3600)
        first = await session.token()
        session.refused(first)
        second = await session.token()
        session.refused(first)
        assert await session.token() == second == "2|t"


class TestMetering:
    async def test_one_conversation_costs_one_request_per_thing_asked(self, client, asked, cid):
        await client.probe()
        await asked()
        before = billed()
        [nelida] = await client.find("phone", "3515550001")
        statement = await client.statement(nelida.customer_id)
        await client.invoice_file(nelida.customer_id, statement.invoices[0].invoice_id)
        counts = await asked()
        assert counts == {
            "customer": 1, "customers/customers_list": 1, "bills/bills_last_six_months": 1, "plans/plans_list": 1, "pdf": 1,
        }  # fmt: skip
        assert billed() - before == sum(counts.values()) - counts["pdf"]

    async def test_the_customer_in_chat_is_asked_live_again_after_a_moment(
        self, crm_settings, company, limits, asked, cid
    ):
        made = open_client(crm_settings(), Locale.of(company), replace(limits, fresh_s=0.0))
        await made.client.account(cid(2))
        await made.client.account(cid(2))
        await made.client.aclose()
        counts = await asked()
        assert (counts["customer"], counts["plans/plans_list"]) == (2, 1)

    @pytest.mark.usefixtures("configured")
    async def test_strangers_cost_nothing_once_everybody_is_listed(self, start_adapter, ask, asked, whole_directory):
        await start_adapter()
        await whole_directory()
        assert (await asked())["customers/customers_list"] == 2
        assert (await ask(FindCustomers(by="phone", value="5493515559999"))).customers == []
        assert await asked() == {}
        [estela] = (await ask(FindCustomers(by="document", value="27333444"))).customers
        assert estela.name == "Estela Domínguez"

    async def test_nobody_probes_it_while_all_is_well_and_credentials_are_not_probed_either(self, opened):
        assert not worth_a_probe(opened)
        opened.guard.trouble = CrmDenied("denied")
        assert not worth_a_probe(opened)
        opened.guard.trouble = CrmUnreachable("timeout")
        assert worth_a_probe(opened)


class TestLists:
    async def listed(self, client):
        return [entry async for page in client.directory() for entry in page]

    async def test_a_server_that_gives_fewer_than_asked_for_is_asked_to_the_end(self, client, isp, monkeypatch, asked):
        monkeypatch.setattr(read, "MOST_PER_PAGE", 10)
        entries = await self.listed(client)
        assert sorted(int(entry.number) for entry in entries) == sorted(isp.isp.customers)
        assert (await asked())["customers/customers_list"] == -(-len(isp.isp.customers) // 10) + 1

    async def test_a_list_that_ignores_the_offset_is_not_taken_for_everybody(self, client, cause):
        await cause("ignores_filter", command="customers/customers_list")
        with pytest.raises(CrmBroken, match="same page"):
            await self.listed(client)

    async def test_an_empty_answer_does_not_mean_that_there_are_no_customers(self, client, cause):
        await cause("empty", command="customers/customers_list")
        with pytest.raises(CrmBroken, match="empty"):
            await self.listed(client)

    async def test_without_permission_to_list_a_customer_is_still_found(self, client, cause):
        await cause("unsupported", command="customers/customers_list")
        assert [found.name for found in await client.find("phone", "3515550004")] == ["Carolina Páez"]
        with pytest.raises(CrmRejected):
            await self.listed(client)

    async def test_without_the_list_of_plans_only_the_price_is_missing(self, client, cause, cid):
        await cause("http_500", command="plans/plans_list")
        [service] = (await client.account(cid(1))).services
        assert (service.plan, service.price) == ("Fibra 100 Megas", None)

    async def test_a_code_is_found_without_the_zeros_people_leave_out_and_is_not_the_id(self, client, cid):
        [carolina] = await client.find("number", "5")
        assert (carolina.number, carolina.customer_id) == ("000005", cid(5))
        assert await client.find("number", cid(5)) == []

    async def test_what_was_paid_is_told_from_what_is_owed_by_the_debt_alone(self, client, isp, cid):
        owed = isp.isp.unpaid_of(3)
        isp.isp.pay(owed[-1].invoice_id, "Efectivo", None)
        statement = await client.statement(cid(3))
        assert [invoice.status.value for invoice in statement.invoices[:3]] == ["overdue", "paid", "paid"]
        assert statement.account.balance.amount == owed[0].total
        assert statement.account.due_date == owed[0].due_on
        assert isinstance(statement.account.balance.amount, Decimal)
