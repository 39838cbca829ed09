"""Integraciones ISP: secrets go in and never come out, nobody overwrites anybody, a test speaks of what is typed."""

import pytest

from ispbot_contracts.crm import TestCrmConnection
from ispbot_contracts.settings import CompanySettings, CrmSettings

MIKROWISP = {
    "url": "https://gestion.redsur.example", "token": "secreto-1", "verify_tls": True, "ticket_department": 1,
    "payment_gateway": None, "payment_method": None,
}  # fmt: skip


@pytest.fixture
async def admin(panel, desk):
    _, token = await panel.enrol("administrator")
    async with panel.client(token) as browser:
        yield browser


async def change(admin, **fields):
    """Return the answer to a change of the form as it is now."""
    now = (await admin.get("/api/settings/crm")).json()
    body = {"form": now["form"] | fields, "revision": now["revision"], "company_revision": now["company_revision"]}
    return await admin.put("/api/settings/crm", json=body)


async def test_a_secret_is_saved_sealed_and_never_answered(admin, panel, settings_store, bus):
    saved = await change(admin, vendor="mikrowisp", mikrowisp=MIKROWISP, default_area_code="351")
    assert saved.status_code == 200, saved.text
    assert "secreto-1" not in saved.text
    view = (await admin.get("/api/settings/crm")).json()
    assert (view["form"]["mikrowisp"]["token"], view["saved_secrets"]) == (None, ["mikrowisp.token"])
    stored = (await settings_store.read(CrmSettings)).value
    assert stored.mikrowisp.token.get_secret_value() == "secreto-1"
    assert (await settings_store.read(CompanySettings)).value.default_area_code == "351"
    [entry] = await panel.service.database["audit"].find({"action": "settings.crm"}).to_list()
    assert "secreto-1" not in str(entry)
    assert (entry["outcome"], entry["before"]["vendor"], entry["after"]["vendor"]) == ("done", None, "mikrowisp")
    assert entry["after"]["new_secrets"] == ["mikrowisp.token"]


async def test_an_empty_secret_keeps_the_saved_one_but_not_for_another_address(admin, settings_store):
    await change(admin, vendor="mikrowisp", mikrowisp=MIKROWISP)
    kept = await change(admin, mikrowisp=MIKROWISP | {"token": None, "ticket_department": 7})
    assert kept.status_code == 200
    stored = (await settings_store.read(CrmSettings)).value.mikrowisp
    assert (stored.token.get_secret_value(), stored.ticket_department) == ("secreto-1", 7)
    moved = await change(admin, mikrowisp=MIKROWISP | {"token": None, "url": "https://otro.example"})
    assert (moved.status_code, moved.json()["field"]) == (422, "mikrowisp.token")
    assert "otro servidor" in moved.json()["message"]


async def test_the_chosen_system_needs_its_fields(admin):
    for fields, field in (
        ({"vendor": "ispcube"}, "ispcube"),
        ({"vendor": "mikrowisp", "mikrowisp": MIKROWISP | {"token": None}}, "mikrowisp.token"),
        ({"vendor": "mikrowisp", "mikrowisp": MIKROWISP | {"url": ""}}, "form.mikrowisp.url"),
    ):
        answer = await change(admin, **fields)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_who_saves_second_is_told_and_nothing_is_overwritten(admin, settings_store):
    old = (await admin.get("/api/settings/crm")).json()
    await change(admin, vendor="mikrowisp", mikrowisp=MIKROWISP)
    late = {"form": old["form"], "revision": old["revision"], "company_revision": old["company_revision"]}
    answer = await admin.put("/api/settings/crm", json=late)
    assert (answer.status_code, answer.json()["code"]) == (409, "settings_conflict")
    assert (await settings_store.read(CrmSettings)).value.vendor == "mikrowisp"


async def test_the_test_speaks_of_what_is_typed(admin, desk):
    form = (await admin.get("/api/settings/crm")).json()["form"]
    body = form | {"vendor": "mikrowisp", "mikrowisp": MIKROWISP}
    answer = (await admin.post("/api/settings/crm/test", json=body)).json()
    assert answer == {"ok": True, "code": "ok", "message": "Correcta", "latency_ms": 12}
    [asked] = desk.asked_for(TestCrmConnection)
    assert (asked.vendor, asked.url, asked.token) == ("mikrowisp", MIKROWISP["url"], "secreto-1")


async def test_what_the_system_can_not_do_says_why(admin):
    status = (await admin.get("/api/settings/crm/status")).json()
    told = ("available", "why", "remedy")
    can = {one["capability"]: tuple(one[name] for name in told) for one in status["capabilities"]}
    assert can["balance"] == (True, None, None)
    assert can["payment_link"] == (False, "Falta la pasarela.", "Completala.")


@pytest.mark.parametrize(
    ("api", "field", "says"),
    [
        ({"endpoints": {"by_phone": "clientes?tel={phone}"}}, "endpoints.by_phone", "Tiene que empezar con una sola /"),
        ({"endpoints": {"promise": {"path": "/p", "body": {"a": "{id}"}}}}, "endpoints.promise", "Falta {date}."),
        (
            {"endpoints": {"payment": {"path": "/p", "body": {"a": "{id} {amount} {quien}"}}}},
            "endpoints.payment",
            "{quien} no se conoce acá. Se puede usar {amount}, {date}, {id}, {invoice}, {note}, {reference}.",
        ),
        ({"endpoints": {"new_ticket": {"path": "/t", "body": "{id}"}}}, "endpoints.new_ticket.body", "objeto JSON"),
        ({"login": {"body": {"u": "{username}"}}}, "login.body", "Falta {password}."),
        ({"fields": {"customer": {"name": "clave_portal"}}}, "fields.customer.name", "Parece una contraseña"),
        ({"pages": {"size": 900}}, "pages.size", "Debe ser 500 o menos."),
    ],
)
async def test_what_is_wrong_in_ispbrains_templates_is_said_in_spanish_at_its_field(admin, api, field, says):
    form = {"api": {"url": "https://demo.ispbrain.io:4443", "username": "bot"} | api, "password": "x", "api_key": None}
    answer = await change(admin, vendor="ispbrain", ispbrain=form)
    told = answer.json()
    assert (answer.status_code, told["field"]) == (422, f"form.ispbrain.api.{field}"), told
    assert says in told["message"]
