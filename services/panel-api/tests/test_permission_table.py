"""Table R as data: every route for every role; and what every change must come with."""

import pytest

from ispbot_panel_api.app import build_api
from ispbot_panel_api.openapi import document
from ispbot_panel_api.permissions import Role, permissions_of
from ispbot_panel_api.web.gate import OPEN_PATHS

ADMIN, SUPER, OPERATOR = Role.ADMINISTRATOR, Role.SUPERVISOR, Role.OPERATOR
EVERYBODY, SUPERVISION, ADMINS = {ADMIN, SUPER, OPERATOR}, {ADMIN, SUPER}, {ADMIN}

TABLE_R = {
    ("GET", "/api/session"): EVERYBODY,
    ("POST", "/api/session/close-others"): EVERYBODY,
    ("POST", "/api/password"): EVERYBODY,
    ("POST", "/api/logout"): EVERYBODY,
    ("GET", "/api/dashboard"): SUPERVISION,
    ("GET", "/api/whatsapp"): SUPERVISION,
    ("POST", "/api/whatsapp/restart"): ADMINS,
    ("POST", "/api/whatsapp/unlink"): ADMINS,
    ("POST", "/api/whatsapp/new-qr"): ADMINS,
    ("POST", "/api/whatsapp/pair-code"): ADMINS,
    ("GET", "/api/tickets"): EVERYBODY,
    ("GET", "/api/tickets/{ticket_id}"): EVERYBODY,
    ("GET", "/api/tickets/{ticket_id}/messages"): EVERYBODY,
    ("GET", "/api/tickets/{ticket_id}/customer"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/take"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/reply"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/note"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/transfer"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/close"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/seen"): EVERYBODY,
    ("POST", "/api/tickets/{ticket_id}/typing"): EVERYBODY,
    ("POST", "/api/media"): EVERYBODY,
    ("GET", "/api/media/{message_id}"): EVERYBODY,
    ("GET", "/api/agents"): EVERYBODY,
    ("GET", "/api/mode"): SUPERVISION,
    ("GET", "/api/mode/impact"): SUPERVISION,
    ("PUT", "/api/mode"): ADMINS,
    ("PUT", "/api/emergency"): ADMINS,
    ("GET", "/api/zones"): SUPERVISION,
    ("GET", "/api/users"): ADMINS,
    ("POST", "/api/users"): ADMINS,
    ("PATCH", "/api/users/{user_id}"): ADMINS,
    ("GET", "/api/settings/crm"): ADMINS,
    ("PUT", "/api/settings/crm"): ADMINS,
    ("POST", "/api/settings/crm/test"): ADMINS,
    ("POST", "/api/settings/crm/detect"): ADMINS,
    ("GET", "/api/settings/crm/status"): ADMINS,
    ("GET", "/api/settings/crm/meter"): ADMINS,
    ("GET", "/api/settings/notices"): ADMINS,
    ("PUT", "/api/settings/notices"): ADMINS,
    ("POST", "/api/settings/notices/integrations"): ADMINS,
    ("DELETE", "/api/settings/notices/integrations/{integration_id}"): ADMINS,
    ("GET", "/api/sending"): SUPERVISION,
    ("GET", "/api/notices"): SUPERVISION,
    ("GET", "/api/notices/unreached.csv"): SUPERVISION,
    ("GET", "/api/notices/{notice_id}"): SUPERVISION,
    ("POST", "/api/notices/{notice_id}/retry"): SUPERVISION,
    ("POST", "/api/notices/{notice_id}/cancel"): SUPERVISION,
    ("GET", "/api/parked"): ADMINS,
    ("POST", "/api/parked/replay"): ADMINS,
    ("GET", "/api/parked/{seq}"): ADMINS,
    ("POST", "/api/parked/{seq}/replay"): ADMINS,
    ("POST", "/api/parked/{seq}/discard"): ADMINS,
    ("GET", "/api/health"): SUPERVISION,
}


def test_no_route_is_missing_from_the_table():
    paths = document(build_api())["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {pair for pair in routes if pair[1] not in OPEN_PATHS} == set(TABLE_R)


@pytest.fixture
async def browsers(panel, desk, make_ticket, make_line):
    desk.add(make_ticket("t1"))
    desk.lines["m1"] = make_line("m1")
    tokens = {role: (await panel.enrol(role, "soporte"))[1] for role in Role}
    clients = {role: panel.client(token) for role, token in tokens.items()}
    yield clients
    for client in clients.values():
        await client.aclose()


async def test_every_route_obeys_table_r_for_every_role(browsers):
    wrong = []
    for (method, path), allowed in TABLE_R.items():
        if path in {"/api/logout", "/api/session/close-others"}:
            continue  # they end the sessions this test lives on; see test_access.py
        address = path.format(
            ticket_id="t1", message_id="m1", user_id="nobody", integration_id="none", notice_id="n1", seq=999
        )
        for role, browser in browsers.items():
            params = {"visits_days": "0", "view": "pending", "to": "STOPPED"} if method == "GET" else None
            answer = await browser.request(method, address, params=params, json=None if method == "GET" else {})
            let_in = answer.status_code not in {401, 403}
            if let_in is not (role in allowed) or answer.status_code >= 500:
                wrong.append((method, path, role.value, answer.status_code, answer.text[:120]))
    assert wrong == []


async def test_nothing_but_the_login_page_works_without_a_session(panel):
    async with panel.client() as browser:
        for method, path in TABLE_R:
            answer = await browser.request(method, path, json=None if method == "GET" else {})
            assert (answer.status_code, answer.json()["code"]) == (401, "no_session"), path


async def test_a_change_from_another_site_or_without_an_origin_is_refused(browsers, panel):
    admin = browsers[ADMIN]
    for origin in ("https://evil.example", "null", f"http://localhost:{panel.port}", ""):
        answer = await admin.post("/api/whatsapp/restart", headers={"Origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin"), origin
    login = await admin.post("/api/login", json={}, headers={"Origin": "https://evil.example"})
    assert login.json()["code"] == "wrong_origin"
    assert (await admin.post("/api/whatsapp/restart")).status_code == 200


async def test_a_configured_origin_may_make_changes(start_panel, desk):
    panel = await start_panel(panel_origins=["https://panel.redsur.example"])
    _, token = await panel.enrol("administrator")
    async with panel.client(token, Origin="https://panel.redsur.example") as browser:
        assert (await browser.post("/api/whatsapp/restart")).status_code == 200


def test_the_panel_gets_the_permissions_of_its_user():
    assert {role: [str(name) for name in permissions_of(role)] for role in Role} == {
        ADMIN: [
            "dashboard.view",
            "omnichat.use",
            "omnichat.all",
            "tools.view",
            "tools.change",
            "users.manage",
            "settings.manage",
            "notices.view",
            "parked.manage",
        ],
        SUPER: ["dashboard.view", "omnichat.use", "omnichat.all", "tools.view", "notices.view"],
        OPERATOR: ["omnichat.use"],
    }
