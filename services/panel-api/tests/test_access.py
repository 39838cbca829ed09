"""Login, the forced first change of password, sessions, throttling."""

import asyncio
from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import CompanySettings
from ispbot_panel_api.auth.passwords import check_new_password
from ispbot_panel_api.auth.throttle import PAIR_TRIES, Tries
from ispbot_panel_api.failures import Failure
from ispbot_panel_api.web.cookies import NAME
from ispbot_runtime.testing import eventually

FIRST, GOOD = "admin", "Tormenta-Azul-9"


def login(client, password=FIRST, *, username="admin", remember=False):
    return client.post("/api/login", json={"username": username, "password": password, "remember": remember})


def change(client, current, new):
    return client.post("/api/password", json={"current": current, "new": new})


async def test_the_first_user_must_choose_a_new_password_before_anything_else_works(panel):
    async with panel.client() as browser:
        session = (await login(browser)).json()
        assert session["must_change_password"] is True
        refused = await browser.get("/api/dashboard?visits_days=0")
        assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
        assert (await browser.get("/api/session")).status_code == 200
        changed = await change(browser, "admin", GOOD)
        assert changed.json()["must_change_password"] is False
        assert (await browser.get("/api/agents")).status_code == 200


async def test_the_old_password_never_works_again_and_admin_can_not_be_chosen(panel):
    async with panel.client() as browser:
        await login(browser)
        short = await change(browser, "admin", "admin")
        assert (short.status_code, short.json()["code"], short.json()["field"]) == (422, "password_too_short", "new")
        await change(browser, "admin", GOOD)
        assert (await login(browser)).status_code == 401
        assert (await login(browser, GOOD)).status_code == 200


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Administrador", "password_like_username"), ("aaaaaaaaaaaa", "password_too_simple"), ("corta", "password_too_short"),
    ],
)  # fmt: skip
def test_a_password_like_the_username_or_too_simple_is_refused(password, code):
    with pytest.raises(Failure, match=code):
        check_new_password(password, username="administrador", field="new")


async def test_changing_the_password_ends_the_other_sessions_and_the_old_token(panel):
    async with panel.client() as one, panel.client() as other:
        await login(one)
        await login(other)
        before = one.cookies[NAME]
        await change(one, "admin", GOOD)
        assert one.cookies[NAME] != before
        assert (await one.get("/api/session")).status_code == 200
        assert (await other.get("/api/session")).json()["code"] == "no_session"
        async with panel.client(before) as stale:
            assert (await stale.get("/api/session")).status_code == 401


async def test_the_wrong_current_password_changes_nothing(panel):
    async with panel.client() as browser:
        await login(browser)
        refused = await change(browser, "nope", GOOD)
        assert (refused.status_code, refused.json()["field"]) == (422, "current")
        assert (await login(browser)).status_code == 200


async def test_the_session_lasts_12_hours_or_30_days_when_remembered(panel):
    async with panel.client() as browser:
        short = await login(browser)
        assert "Max-Age" not in short.headers["set-cookie"]
        assert "HttpOnly" in short.headers["set-cookie"]
        assert "samesite=lax" in short.headers["set-cookie"].lower()
        long = await login(browser, remember=True)
        assert "Max-Age=2592000" in long.headers["set-cookie"]
    documents = await panel.service.database["sessions"].find({}).sort("began_at", 1).to_list()
    spans = [document["expires_at"] - document["began_at"] for document in documents]
    assert spans == [timedelta(hours=12), timedelta(days=30)]
    assert all(len(document["_id"]) == 64 and document["_id"] not in browser.cookies.values() for document in documents)


async def test_an_expired_session_is_no_session(panel):
    _, token = await panel.enrol("operator", "soporte")
    await panel.service.database["sessions"].update_many({}, {"$set": {"expires_at": utc_now() - timedelta(seconds=1)}})
    async with panel.client(token) as browser:
        assert (await browser.get("/api/session")).status_code == 401


async def test_logging_out_ends_the_session_for_good(panel):
    _, token = await panel.enrol("operator", "soporte")
    async with panel.client(token) as browser:
        assert (await browser.post("/api/logout")).json() == {"ok": True}
    async with panel.client(token) as browser:
        assert (await browser.get("/api/session")).status_code == 401


async def test_closing_the_other_sessions_keeps_this_one(panel):
    user, token = await panel.enrol("operator", "soporte")
    other = await panel.parts.sessions.begin(user, remember=True, address="10.0.0.1", agent="phone")
    async with panel.client(token) as browser:
        assert (await browser.post("/api/session/close-others")).status_code == 200
        assert (await browser.get("/api/session")).status_code == 200
    async with panel.client(other.token) as browser:
        assert (await browser.get("/api/session")).status_code == 401


async def test_too_many_wrong_passwords_have_to_wait_even_when_tried_at_once(panel):
    async with panel.client() as browser:
        answers = await asyncio.gather(*(login(browser, "wrong") for _ in range(PAIR_TRIES + 3)))
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [401] * PAIR_TRIES + [429] * 3
        held = await login(browser)
        assert held.status_code == 429
        assert int(held.headers["retry-after"]) == int(held.json()["details"]["wait_s"]) > 0
        assert "Esperá" in held.json()["message"]


async def test_a_success_forgets_the_failures_before_it(panel):
    async with panel.client() as browser:
        for _ in range(PAIR_TRIES - 1):
            assert (await login(browser, "wrong")).status_code == 401
        assert (await login(browser)).status_code == 200
        for _ in range(PAIR_TRIES - 1):
            assert (await login(browser, "wrong")).status_code == 401
        assert (await login(browser)).status_code == 200


def test_the_wait_grows_with_each_try_up_to_a_quarter_of_an_hour():
    now, tries, waits = utc_now(), Tries(), []
    for _ in range(9):
        tries = tries.next(3, now)
        waits.append(tries.wait_s(now))
    assert waits[:2] == [0, 0]
    assert waits[2:] == sorted(waits[2:])
    assert (waits[2], waits[-1]) == (31, 901)


async def test_an_unknown_user_is_told_the_same_as_a_wrong_password(panel):
    async with panel.client() as browser:
        unknown, wrong = await login(browser, username="nobody"), await login(browser, "wrong")
    assert unknown.json() == wrong.json()


async def test_two_replicas_that_start_together_make_one_first_user(start_panel):
    panels = await asyncio.gather(start_panel(), start_panel())
    assert await panels[0].service.database["users"].count_documents({}) == 1


async def test_the_login_page_knows_the_company_without_a_session(panel, settings_store):

    await settings_store.write(CompanySettings(name="Red Sur Internet"), revision=0)
    async with panel.client() as browser:

        async def named() -> bool:
            return (await browser.get("/api/public")).json() == {"company_name": "Red Sur Internet", "logo_url": None}

        await eventually(named)
