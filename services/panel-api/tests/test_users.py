"""Gestión de Usuarios through the API, and what is kept of it in the audit log."""

import asyncio

import pytest

from ispbot_contracts.settings import AttentionSettings
from ispbot_panel_api.audit.log import Origin
from ispbot_panel_api.failures import Failure
from ispbot_panel_api.users.manage import update_user
from ispbot_panel_api.users.models import UpdateUserBody

BODY = {
    "username": "bruno.diaz",
    "name": "Bruno Díaz",
    "password": "Tormenta-Azul-9",
    "role": "operator",
    "departments": ["soporte"],
}


@pytest.fixture
async def admin(panel):
    user, token = await panel.enrol("administrator", name="Eva", username="eva")
    await panel.service.database["users"].delete_one({"username_key": "admin"})  # Eva is the only administrator
    async with panel.client(token) as browser:
        browser.user = user
        yield browser


async def audit_of(panel, action):
    return await panel.service.database["audit"].find({"action": action}).sort("at", 1).to_list()


async def test_a_new_user_logs_in_and_must_change_the_password_first(panel, admin):
    created = (await admin.post("/api/users", json=BODY)).json()
    assert (created["username"], created["role"], created["must_change_password"]) == ("bruno.diaz", "operator", True)
    async with panel.client() as browser:
        body = {"username": "Bruno.Diaz", "password": BODY["password"], "remember": False}
        assert (await browser.post("/api/login", json=body)).json()["must_change_password"] is True
    listed = (await admin.get("/api/users")).json()["users"]
    assert {user["name"]: user["last_login_at"] is None for user in listed} == {"Bruno Díaz": False, "Eva": True}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "EVA"}, "username"), ({"password": "corta"}, "password"), ({"departments": ["nope"]}, "departments"),
        ({"departments": []}, "departments"), ({"role": "king"}, "role"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_new_user_is_said_at_its_field(admin, change, field):
    answer = await admin.post("/api/users", json=BODY | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_nobody_demotes_or_deactivates_themselves(admin):
    for change in ({"role": "operator"}, {"active": False}, {"password": "Otra-Clave-12"}):
        answer = await admin.patch(f"/api/users/{admin.user.id}", json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_yourself")
    assert (await admin.patch(f"/api/users/{admin.user.id}", json={"name": "Eva Ruiz"})).json()["name"] == "Eva Ruiz"


async def test_two_administrators_who_demote_each_other_at_once_leave_one(panel, admin):
    other, token = await panel.enrol("administrator", name="Otto")
    async with panel.client(token) as his:
        answers = await asyncio.gather(
            admin.patch(f"/api/users/{other.id}", json={"role": "supervisor"}),
            his.patch(f"/api/users/{admin.user.id}", json={"role": "supervisor"}),
        )
    assert len(await panel.parts.users.active_administrators()) >= 1
    assert {answer.status_code for answer in answers} <= {200, 401, 403, 409}
    assert [answer.status_code for answer in answers] != [200, 200]


async def test_the_last_administrator_stays_even_when_the_caller_is_no_longer_one(panel, admin):
    """A second session that was let in a moment before its own role changed."""

    parts = panel.parts
    stale, _ = await panel.enrol("supervisor")
    with pytest.raises(Failure, match="last_administrator"):
        await update_user(
            admin.user.id, UpdateUserBody(active=False), by=stale, origin=Origin("x", "x"), users=parts.users,
            sessions=parts.sessions, passwords=parts.passwords, audit=parts.audit, attention=None,
        )  # fmt: skip


async def test_two_changes_that_both_saw_another_administrator_do_not_leave_none(panel, admin):
    parts = panel.parts
    other, _ = await panel.enrol("administrator", name="Otto")

    async def demote(user, by):
        await update_user(
            user.id, UpdateUserBody(role="supervisor"), by=by, origin=Origin("x", "x"), users=parts.users,
            sessions=parts.sessions, passwords=parts.passwords, audit=parts.audit, attention=AttentionSettings(),
        )  # fmt: skip

    results = await asyncio.gather(demote(admin.user, other), demote(other, admin.user), return_exceptions=True)
    assert "last_administrator" in {getattr(result, "code", None) for result in results}
    assert await parts.users.active_administrators() != []


async def test_who_is_demoted_or_deactivated_is_logged_out_at_once_and_who_is_promoted_is_not(panel, admin):
    user, token = await panel.enrol("supervisor", "soporte")
    async with panel.client(token) as browser:
        assert (await browser.get("/api/session")).status_code == 200
        await admin.patch(f"/api/users/{user.id}", json={"role": "operator"})
        assert (await browser.get("/api/session")).status_code == 401
    user, token = await panel.enrol("operator", "soporte")
    async with panel.client(token) as browser:
        await admin.patch(f"/api/users/{user.id}", json={"role": "supervisor"})
        assert "omnichat.all" in (await browser.get("/api/session")).json()["permissions"]
        await admin.patch(f"/api/users/{user.id}", json={"active": False})
        assert (await browser.get("/api/session")).status_code == 401


async def test_a_deactivated_user_can_not_log_in(panel, admin):
    created = (await admin.post("/api/users", json=BODY)).json()
    await admin.patch(f"/api/users/{created['id']}", json={"active": False})
    async with panel.client() as browser:
        body = {"username": BODY["username"], "password": BODY["password"], "remember": False}
        assert (await browser.post("/api/login", json=body)).json()["code"] == "account_inactive"


async def test_every_change_is_on_record_with_before_and_after_and_never_a_password(panel, admin):
    created = (await admin.post("/api/users", json=BODY)).json()
    change = {"role": "supervisor", "password": "Otra-Clave-12"}
    await admin.patch(f"/api/users/{created['id']}", json=change, headers={"User-Agent": "Firefox"})
    await admin.post("/api/users", json=BODY)
    [update] = await audit_of(panel, "user.update")
    assert (update["actor"]["username"], update["address"], update["agent"]) == ("eva", "127.0.0.1", "Firefox")
    assert (update["before"]["role"], update["after"]["role"], update["after"]["password_reset"]) == (
        "operator",
        "supervisor",
        True,
    )
    assert update["correlation_id"].startswith("http-")
    assert [entry["outcome"] for entry in await audit_of(panel, "user.create")] == ["done", "refused:username_taken"]
    everything = str(await panel.service.database["audit"].find({}).to_list())
    assert "Otra-Clave-12" not in everything
    assert BODY["password"] not in everything
