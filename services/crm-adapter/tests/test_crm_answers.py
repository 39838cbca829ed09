"""The adapter's answers on the real bus and database, in good days and bad ones."""

import re
from contextlib import suppress
from decimal import Decimal
from io import BytesIO

import httpx
import pytest
from pypdf import PdfReader

from ispbot_contracts.base import utc_now
from ispbot_contracts.crm import FetchInvoicePdf, FindCustomers, GetAccount, GetCrmStatus
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually

pytestmark = pytest.mark.usefixtures("configured")


async def test_every_demo_phone_finds_its_contracts_however_the_phone_was_typed(start_adapter, ask, whole_directory):
    await start_adapter()
    await whole_directory()
    expected = {
        "5493515550001": [1],
        "5493515550002": [2],
        "5493515550003": [3],
        "5493515550004": [4, 5],
        "5493515550005": [6],
        "5493515559999": [],
    }
    answers = {phone: await ask(FindCustomers(by="phone", value=phone)) for phone in expected}
    assert {
        phone: [int(customer.number) for customer in found.customers] for phone, found in answers.items()
    } == expected
    assert not any(found.freshness.stale for found in answers.values())


async def test_a_phone_is_found_without_the_directory_where_the_server_can_not_list(
    start_adapter, ask, cause, database, command
):
    await cause("unsupported", command=command("list"))
    await start_adapter()
    found = await ask(FindCustomers(by="phone", value="+54 9 351 555-0001"))
    assert [customer.name for customer in found.customers] == ["Nélida Correa"]
    assert await database["directory"].find_one({}) is None


async def test_document_and_number_are_understood_as_people_type_them(start_adapter, ask):
    await start_adapter()
    for by, typed, name in (
        ("document", "20.111.222", "Nélida Correa"),
        ("document", " 27333444 ", "Estela Domínguez"),
        ("document", "27-20111222-4", "Nélida Correa"),
        ("number", "#000003", "Rubén Sosa"),
    ):
        [customer] = (await ask(FindCustomers(by=by, value=typed))).customers
        assert customer.name == name
    assert (await ask(FindCustomers(by="number", value="hola"))).customers == []
    assert (await ask(FindCustomers(by="phone", value="hola"))).customers == []


async def test_a_phone_that_moved_to_another_customer_is_not_believed_from_the_directory(
    start_adapter, ask, isp, whole_directory
):
    await start_adapter()
    await whole_directory()
    isp.isp.customers[1].mobile, isp.isp.customers[7].mobile = "", "3515550001"
    [customer] = (await ask(FindCustomers(by="phone", value="5493515550001"))).customers
    assert customer.name == "Estela Domínguez"


async def test_a_phone_that_moved_is_not_believed_from_memory_once_the_system_said_so(
    start_adapter, ask, isp, cause, database, remembered, cid
):
    await start_adapter()
    await ask(FindCustomers(by="phone", value="5493515550001"))
    await remembered(cid(1))
    isp.isp.customers[1].mobile, isp.isp.customers[7].mobile = "", "3515550001"
    await ask(FindCustomers(by="phone", value="5493515550001"))

    async def taken_from_the_former_owner() -> bool:
        seen = await database["snapshots"].find({"phones": "3515550001"}).to_list()
        return "Nélida Correa" not in [one["account"]["name"] for one in seen]

    await eventually(taken_from_the_former_owner)
    await cause("http_500")
    named: set[str] = set()
    with suppress(Refusal):  # nobody is named where the new owner was not seen by now
        named = {one.name for one in (await ask(FindCustomers(by="phone", value="5493515550001"))).customers}
    assert named <= {"Estela Domínguez"}


async def test_a_phone_that_moved_is_not_believed_from_memory_once_a_list_said_so(
    start_adapter, ask, isp, cause, database, whole_directory, remembered, cid
):
    await start_adapter()
    await ask(FindCustomers(by="phone", value="5493515550001"))
    await whole_directory()
    await remembered(cid(1))
    isp.isp.customers[1].mobile, isp.isp.customers[7].mobile = "", "3515550001"
    listed = (await database["directory_runs"].find_one({}))["completed_at"]
    await database["directory_runs"].update_one({}, {"$set": {"next_at": listed}})

    async def listed_again() -> bool:
        return (await database["directory_runs"].find_one({}))["completed_at"] > listed

    await eventually(listed_again, timeout_s=30)
    await cause("http_500")

    async def nobody_is_named() -> bool:
        try:
            await ask(FindCustomers(by="phone", value="5493515550001"))
        except Refusal as refused:
            return refused.code == "crm_unavailable"
        return False

    await eventually(nobody_is_named)


async def test_an_account_has_balance_and_invoices_and_follows_a_payment(start_adapter, ask, isp, cid):
    await start_adapter()
    before = await ask(GetAccount(customer_id=cid(1)))
    assert before.account.balance.amount == Decimal("18500.00")
    isp.isp.pay(int(before.invoices[0].invoice_id), "Efectivo", utc_now())
    after = await ask(GetAccount(customer_id=cid(1)))
    assert (after.account.balance.amount, after.account.due_date) == (0, None)


async def test_the_same_question_within_the_fresh_time_is_not_asked_again(
    start_adapter, ask, asked, whole_directory, cid
):
    await start_adapter(crm_fresh_s=30)
    await whole_directory()
    first = await ask(GetAccount(customer_id=cid(1)))
    await asked()
    assert await ask(GetAccount(customer_id=f"000{cid(1)}")) == first
    assert await asked() == {}


async def test_an_unknown_customer_is_refused(start_adapter, ask):
    await start_adapter()
    for customer_id in ("99999", "nadie"):
        with pytest.raises(Refusal) as refused:
            await ask(GetAccount(customer_id=customer_id))
        assert refused.value.code == "customer_not_found"


class TestInvoiceFiles:
    async def test_the_oldest_unpaid_invoice_is_stored_as_a_pdf(self, start_adapter, ask, media_store, cid):
        await start_adapter()
        answer = await ask(FetchInvoicePdf(customer_id=cid(3)))
        statement = await ask(GetAccount(customer_id=cid(3)))
        assert answer.invoice == statement.invoices[1]
        assert (answer.media.mime, answer.media.name) == ("application/pdf", f"Factura {answer.invoice.number}.pdf")
        page = PdfReader(BytesIO(await media_store.get(answer.media.object_key))).pages[0].extract_text()
        assert "Rubén Sosa" in page

    async def test_without_debt_the_newest_invoice_is_sent(self, start_adapter, ask, cid):
        await start_adapter()
        answer = await ask(FetchInvoicePdf(customer_id=cid(2)))
        assert answer.invoice == (await ask(GetAccount(customer_id=cid(2)))).invoices[0]

    async def test_a_named_invoice_is_sent_only_to_its_own_customer(self, start_adapter, ask, cid):
        await start_adapter()
        own = (await ask(GetAccount(customer_id=cid(3)))).invoices[-1]
        assert (await ask(FetchInvoicePdf(customer_id=cid(3), invoice_id=own.invoice_id))).invoice == own
        with pytest.raises(Refusal) as refused:
            await ask(FetchInvoicePdf(customer_id=cid(1), invoice_id=own.invoice_id))
        assert refused.value.code == "no_invoice"

    async def test_a_customer_without_invoices_is_told_so(self, start_adapter, ask, isp, cid):
        for invoice_id in [invoice.invoice_id for invoice in isp.isp.invoices_of(2)]:
            del isp.isp.invoices[invoice_id]
        await start_adapter()
        with pytest.raises(Refusal) as refused:
            await ask(FetchInvoicePdf(customer_id=cid(2)))
        assert refused.value.code == "no_invoice"

    async def test_a_file_too_slow_for_the_conversation_is_there_at_the_next_try(
        self, start_adapter, ask, cause, asked, cid
    ):
        await start_adapter()
        await cause("latency", command="pdf", latency_s=1.2)
        with pytest.raises(Refusal) as refused:
            await ask(FetchInvoicePdf(customer_id=cid(1)))
        assert (refused.value.code, refused.value.details) == ("crm_unavailable", {"reason": "timeout"})

        async def there():
            try:
                return (await ask(FetchInvoicePdf(customer_id=cid(1)))).media.mime == "application/pdf"
            except Refusal:
                return False

        await eventually(there)
        assert (await asked())["pdf"] == 1

    async def test_a_file_that_can_not_be_had_is_refused_in_time(
        self, start_adapter, ask, cause, heal, cid, command, vendor
    ):
        await start_adapter(crm_breaker_open_s=0.01)
        by_file = {"mikrowisp": "no_pdf", "ispcube": "crm_unavailable", "ispbrain": "crm_unavailable"}
        for kind, strikes, code in (
            ("html", "pdf", "no_pdf"),
            ("truncated", "pdf", "no_pdf"),
            ("http_500", "pdf", "no_pdf"),
            ("empty", "pdf", "no_pdf"),
            ("reset", "pdf", "crm_unavailable"),
            ("http_500", command("file"), by_file[vendor]),
            ("reset", "*", "crm_unavailable"),
            ("latency", "pdf", "crm_unavailable"),
        ):
            await cause(kind, command=strikes, latency_s=20 if kind == "latency" else 0)
            with pytest.raises(Refusal) as refused:
                await ask(FetchInvoicePdf(customer_id=cid(1)), timeout_s=4)
            assert (kind, strikes, refused.value.code) == (kind, strikes, code)
            await heal()


class TestTheSystemIsDown:
    async def test_who_is_not_in_the_list_of_everybody_is_a_stranger_even_then(
        self, start_adapter, ask, cause, whole_directory
    ):
        await start_adapter()
        await whole_directory()
        await cause("reset")
        known_at = utc_now()
        found = await ask(FindCustomers(by="phone", value="5493515559999"))
        assert found.customers == []
        assert found.freshness.as_of < known_at
        with pytest.raises(Refusal):
            await ask(FindCustomers(by="phone", value="5493515550001"))

    async def test_the_service_stays_ready_and_says_what_is_limited(self, start_adapter, ask, cause, vendor, cid):
        service = await start_adapter()
        await cause("reset")
        with pytest.raises(Refusal):
            await ask(GetAccount(customer_id=cid(1)))
        transport = httpx.ASGITransport(app=service.health.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://health") as http:
            answer = await http.get("/readyz")
            assert answer.status_code == 200
            assert answer.json()["degraded"]["crm"].startswith(("reset", "circuit_open"))
            text = (await http.get("/metrics")).text
        assert re.search(rf'ispbot_crm_requests_total{{operation="\w+",outcome="reset",vendor="{vendor}"}}', text)

    async def test_after_it_came_back_answers_are_live_again(self, start_adapter, ask, cause, heal, cid):
        await start_adapter(crm_breaker_open_s=0.1)
        await cause("reset")
        for _ in range(3):
            with pytest.raises(Refusal):
                await ask(GetAccount(customer_id=cid(1)))
        await heal()

        async def live():
            try:
                return not (await ask(GetAccount(customer_id=cid(1)))).freshness.stale
            except Refusal:
                return False

        await eventually(live)
        assert (await ask(GetCrmStatus())).healthy
