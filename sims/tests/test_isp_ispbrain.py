"""ISPBrain's face of the demo provider, over HTTP: login, pages, filters, shapes, writes, the AltWha queue, faults."""

from datetime import date

import httpx
import pytest

from ispbot_sims.isp.testing import running_isp

TODAY = date(2026, 11, 23)


@pytest.fixture
async def provider():
    async with running_isp(TODAY, generated=20) as running:
        yield running


@pytest.fixture
async def http(provider):
    async with httpx.AsyncClient(base_url=provider.url, timeout=5) as client:
        yield client


@pytest.fixture
async def token(http, provider):
    typed = {"username": provider.credentials.username, "password": provider.credentials.password}
    return (await http.post("/api/v2/auth", json=typed)).json()["token_access"]


@pytest.fixture
def call(http, token):
    async def send(method, path, **options):
        return await http.request(method, f"/api/v2/{path}", headers={"Authorization": token}, **options)

    return send


async def test_the_token_is_shown_raw_and_everything_else_is_401(http, token, provider):
    assert (await http.post("/api/v2/auth", json={"username": "x", "password": "y"})).status_code == 401
    for headers, status in (
        ({"Authorization": token}, 200),
        ({"Authorization": f"Bearer {token}"}, 401),
        ({}, 401),
        ({"X-API-Key": provider.credentials.api_key}, 200),
        ({"X-API-Key": "other"}, 401),
    ):
        assert (await http.get("/api/v2/customers/total", headers=headers)).status_code == status


async def test_lists_come_in_pages_and_single_customers_bare(call, provider):
    first = (await call("GET", "customers", params={"page[size]": 10})).json()
    everyone = len(provider.isp.customers)
    assert len(first["data"]) == 10
    assert first["meta"] == {"filtered_total": everyone, "pagination": {"page_total": -(-everyone // 10)}}
    second = (await call("GET", "customers", params={"page[size]": 10, "page[number]": 2})).json()
    assert second["data"][0]["id"] != first["data"][0]["id"]
    assert (await call("GET", "customers", params={"page[number]": 99})).json()["data"] == []
    nelida = (await call("GET", "customers/1")).json()
    assert (nelida["name"], nelida["saldo"]) == ("NÉLIDA CORREA", "18500.00")
    assert (await call("GET", "customers/999999")).status_code == 404


async def test_known_filters_filter_and_unknown_ones_are_ignored(call, provider):
    found = (await call("GET", "customers", params={"filter[document]": "20111222"})).json()["data"]
    assert [row["id"] for row in found] == [1]
    ignored = (await call("GET", "customers", params={"filter[dni]": "20111222"})).json()
    assert ignored["meta"]["filtered_total"] == len(provider.isp.customers)
    enabled = (await call("GET", "connections", params={"filter[enabled]": 0, "filter[archived]": 0})).json()["data"]
    assert {row["customer_id"] for row in enabled} >= {3}


async def test_receipts_have_payments_among_them_and_invoices_a_file(call, http):
    rows = (await call("GET", "comprobantes", params={"filter[customer_id]": 3})).json()["data"]
    assert sorted({row["tipo_comp"] for row in rows}) == ["006", "XRX"]
    newest = rows[0]
    assert (await http.get(newest["url"])).content.startswith(b"%PDF-")
    owed = (await call("GET", "charges/pending", params={"filter[customer_id]": 3})).json()["data"]
    assert len(owed) == 2
    bare = (await call("GET", "plans")).json()
    assert bare[0]["name"] == "Fibra 100 Megas"


async def test_cases_promises_and_payments_change_the_same_provider(call, provider):
    case = {"title": "Sin servicio", "description": "Desde ayer", "ticket_category_id": 1, "customer_id": 1}
    made = await call("POST", "tickets", json=case)
    assert (made.status_code, made.json()["data"]["ticket_status_id"]) == (201, 1)
    listed = (await call("GET", "tickets", params={"filter[customer_id]": 1})).json()["data"]
    assert [row["title"] for row in listed] == ["Sin servicio"]
    assert (await call("POST", "tickets", json=case | {"title": " "})).status_code == 422
    promise = {"customer_id": 1, "date": "2026-11-30"}
    assert (await call("POST", "payment-commitments", json=promise)).status_code == 201
    assert (await call("GET", "payment-commitments")).json()["data"][0]["saldo"] == "18500.00"
    assert (await call("POST", "payments", json={"customer_id": 1, "amount": "18500.00"})).status_code == 201
    assert provider.isp.debt_of(1) == 0
    assert (await call("POST", "payments", json={"customer_id": 1, "amount": "1"})).status_code == 422


async def test_messages_wait_until_they_are_acknowledged(call, http):
    queued = {"phone": "5493515550001", "message": "Hola"}
    assert (await http.post("/_sim/altwha", json=queued)).status_code == 201
    waiting = {"filter[account_id]": 7, "filter[status]": 0}
    [row] = (await call("GET", "altwha_messages", params=waiting)).json()["data"]
    assert (row["phone"], row["message"]) == ("5493515550001", "Hola")
    path = f"altwha_messages/{row['id']}"
    assert (await call("PATCH", path, json={"status": 1})).status_code == 422
    assert (await call("PATCH", path, json={"status": 1, "send_at": "2026-11-23 10:00:00"})).status_code == 200
    assert (await call("GET", "altwha_messages", params=waiting)).json()["data"] == []
    assert (await call("GET", "altwha_accounts/7")).json()["data"]["config"]["block"] == [5, 10]


async def test_a_dialect_words_customers_differently(call, http):
    assert (await http.put("/_sim/ispbrain", json={"dialect": "klingon"})).status_code == 400
    await http.put("/_sim/ispbrain", json={"dialect": "nested"})
    answer = (await call("GET", "customers/1")).json()
    assert answer["data"]["cuenta"] == {"saldo_actual": "18500.00"}


@pytest.mark.parametrize(
    ("kind", "status", "begins"),
    [("bad_token", 401, "{"), ("html", 200, "<!DOCTYPE"), ("error_200", 200, '{"errors"'), ("unsupported", 404, "<")],
)
async def test_faults_strike_here_too(call, http, kind, status, begins):
    await http.post("/_sim/faults", json={"kind": kind, "command": "customers/id"})
    answer = await call("GET", "customers/1")
    assert (answer.status_code, answer.text.startswith(begins)) == (status, True)
    assert (await call("GET", "customers/total")).status_code == 200
