"""ISPCube's face of the demo provider, over HTTP: login, headers, shapes, quirks, faults."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from ispbot_sims.isp.ispcube.account import TOKEN_LIFE, Account, Credentials
from ispbot_sims.isp.testing import running_isp

TODAY = date(2026, 11, 23)
EXISTING = {"deleted": "false", "temporary": "false"}


@pytest.fixture
async def provider(request):
    radius = getattr(request, "param", False)
    async with running_isp(TODAY, generated=20, radius_online=radius) as running:
        yield running


@pytest.fixture
async def http(provider):
    async with httpx.AsyncClient(base_url=provider.url, timeout=5) as client:
        yield client


@pytest.fixture
def company(provider):
    own = provider.credentials
    return {"api-key": own.api_key, "client-id": own.client_id, "login-type": "api"}


@pytest.fixture
async def headers(http, provider, company):
    typed = {"username": provider.credentials.username, "password": provider.credentials.password}
    answer = await http.post("/api/sanctum/token", headers=company, json=typed)
    token = answer.json()["token"]
    assert "|" in token
    return {**company, "username": provider.credentials.username, "Authorization": f"Bearer {token}"}


@pytest.fixture
def get(http, headers):
    async def send(path, **params):
        return await http.get(f"/api/{path}", params=params, headers=headers)

    return send


@pytest.mark.parametrize("name", ["api-key", "client-id", "login-type", "username"])
async def test_each_missing_header_is_named(http, headers, name):
    del headers[name]
    answer = await http.get("/api/customer", headers=headers, params={"customer_id": 2001})
    assert answer.status_code == 400
    assert answer.json() == {"status": False, "message": f"{name} header requerido"}


async def test_wrong_secrets_and_tokens_are_401(http, company, headers):
    wrong = {"username": "chatbot", "password": "wrong"}
    assert (await http.post("/api/sanctum/token", headers=company, json=wrong)).status_code == 401
    assert (await http.post("/api/sanctum/token", headers=company | {"api-key": "x"}, json=wrong)).status_code == 401
    stale = headers | {"Authorization": "Bearer 9|nothing"}
    assert (await http.get("/api/plans/plans_list", headers=stale)).status_code == 401


def test_a_token_lives_a_day():
    account = Account(Credentials())
    own = account.credentials
    headers = httpx.Headers(
        {"api-key": own.api_key, "client-id": own.client_id, "login-type": "api", "username": own.username}
    )
    headers["authorization"] = "Bearer 1|t"
    account.tokens["1|t"] = datetime.now(UTC) - TOKEN_LIFE + timedelta(minutes=1)
    assert account.refuse(headers) is None
    account.tokens["1|t"] -= timedelta(minutes=2)
    assert account.refuse(headers).status_code == 401


async def test_deleted_and_temporary_records_come_first_unless_excluded(get):
    careless = (await get("customer", doc_number="20111222")).json()
    assert careless["deleted_at"]
    assert (await get("customer", doc_number="20111222", deleted="false")).json()["temporary"] == 1
    careful = (await get("customer", doc_number="20111222", **EXISTING)).json()
    assert (careful["id"], careful["code"], careful["name"]) == (2001, "000001", "NÉLIDA CORREA")
    assert (careful["debt"], careful["duedebt"], careful["status"]) == ("18500.00", "18500.00", "enabled")


async def test_zeros_are_part_of_a_code(get):
    assert (await get("customer", code="000003", **EXISTING)).json()["status"] == "blocked"
    missed = await get("customer", code="3", **EXISTING)
    assert (missed.status_code, missed.json()) == (404, {"result": True, "message": "Cliente no encontrado"})


async def test_an_unknown_filter_is_an_error_that_is_a_text(get):
    answer = await get("customer", dni="20111222", **EXISTING)
    assert (answer.status_code, answer.json()) == (500, "Indicar al menos un dato de busqueda")


async def test_everybody_is_listed_newest_first_until_there_is_no_content(get, provider):
    first = (await get("customers/customers_list", limit=20, offset=0)).json()
    second = (await get("customers/customers_list", limit=20, offset=20)).json()
    ids = [row["id"] for row in [*first, *second]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == len(provider.isp.customers)
    beyond = await get("customers/customers_list", limit=20, offset=40)
    assert (beyond.status_code, beyond.content) == (204, b"")
    assert (await get("customers/customers_list", limit="all")).status_code == 422


async def test_bills_say_nothing_about_payment_and_link_to_a_real_pdf_nobody_can_guess(get, http):
    bills = (await get("bills/bills_last_six_months", customer_id=2003, canceled="false")).json()
    assert len(bills) == 6
    assert {bill["status"] for bill in bills} == {"approved"}
    assert sum(Decimal(bill["total"]) for bill in bills[:2]) == Decimal(bills[0]["customer_debt"])
    file = await http.get(bills[0]["url"])
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")
    guessed = bills[0]["url"][:-12] + "0" * 12
    assert (await http.get(guessed)).status_code == 404


async def test_the_last_bills_answer_is_no_json(get):
    answer = await get("bills/last_bill_api", customer_id=2003)
    with pytest.raises(ValueError, match="Expecting"):
        answer.json()
    assert "/print_bill/" in answer.text


async def test_connections_plans_and_counts_have_their_own_shapes(get, provider):
    [connection] = (await get("connection", customer_id=2001)).json()
    assert connection["password"]
    assert "status" not in connection
    plans = (await get("plans/plans_list")).json()
    assert {plan["id"]: plan["speeddown"] for plan in plans}[1] == 102400
    count = (await get("connections/count")).json()
    assert count == sum(len(customer.services) for customer in provider.isp.customers.values())
    assert (await get("customer/summary")).json()["customers"] == len(provider.isp.customers)


async def test_who_is_online_is_not_known_without_radius(get, provider):
    user = provider.isp.customers[1].services[0].pppoe_user
    assert (await get(f"radius/online_user/username/{user}")).status_code == 404


@pytest.mark.parametrize("provider", [True], indirect=True)
async def test_who_is_online_is_known_where_there_is_radius(get, provider):
    online, offline = (provider.isp.customers[number].services[0] for number in (1, 2))
    [session] = (await get(f"radius/online_user/username/{online.pppoe_user}")).json()
    assert session["framedipaddress"] == online.ip
    assert (await get(f"radius/online_user/username/{offline.pppoe_user}")).json() == []


async def test_faults_come_in_the_vendors_own_words_and_requests_are_counted(get, http):
    await http.post("/_sim/faults", json={"kind": "error_200", "command": "customer", "times": 1})
    answer = await get("customer", customer_id=2001, **EXISTING)
    assert (answer.status_code, answer.json()["status"]) == (200, False)
    await http.post("/_sim/faults", json={"kind": "bad_token", "command": "customer", "times": 1})
    assert (await get("customer", customer_id=2001, **EXISTING)).status_code == 401
    assert (await get("customer", customer_id=2001, **EXISTING)).status_code == 200
    counts = (await http.get("/_sim/requests")).json()["counts"]
    assert counts == {"sanctum/token": 1, "customer": 3}


async def test_both_faces_show_the_same_provider(get, http, provider):
    asked = {"token": provider.token, "idcliente": 1}
    before = (await http.post("/api/v1/GetInvoices", json=asked | {"estado": 1})).json()["facturas"]
    await http.post(
        "/api/v1/PaidInvoice", json={"token": provider.token, "idfactura": before[0]["id"], "pasarela": "Efectivo"}
    )
    assert (await get("customer", customer_id=2001, **EXISTING)).json()["debt"] == "0.00"
