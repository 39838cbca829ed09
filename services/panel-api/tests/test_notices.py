"""Avisos del ISP: tokens shown once, rules for both who keep them, the ledger, the export."""

import hashlib
from datetime import UTC, datetime

import pytest

from ispbot_contracts.notices import NoticeLine, NoticeState, RetryNotice
from ispbot_contracts.settings import NoticeSettings, SendingSettings

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def a_line(
    notice_id: str, state: NoticeState = NoticeState.FAILED, text: str = "Tu factura vence mañana"
) -> NoticeLine:
    return NoticeLine(
        notice_id=notice_id, received_at=NOW, source="push", source_id="mk", source_name="MikroWisp", phone="5493515550001",
        customer_name="Nélida Correa", text=text, attachments=[], urgent=False, kind=None, state=state, reason="rejected",
        reason_text="WhatsApp lo rechazó.", expires_at=NOW, next_try_at=None, sent_at=None, delivered_at=None, read_at=None,
    )  # fmt: skip


@pytest.fixture
async def admin(panel, desk):
    user, token = await panel.enrol("administrator")
    async with panel.client(token) as browser:
        browser.user = user
        yield browser


async def test_a_token_is_answered_once_and_kept_as_a_digest(admin, panel, settings_store):
    path = "/api/settings/notices/integrations"
    made = await admin.post(path, json={"name": "MikroWisp Córdoba", "allowed_addresses": ["203.0.113.7"]})
    assert made.status_code == 201, made.text
    token, one = made.json()["token"], made.json()["integration"]
    [stored] = (await settings_store.read(NoticeSettings)).value.integrations
    assert stored.token_digest == hashlib.sha256(token.encode()).hexdigest()
    shown = await admin.get("/api/settings/notices")
    assert token not in shown.text
    assert stored.token_digest not in shown.text
    assert shown.json()["integrations"] == [one]
    assert one["id"] == "mikrowisp-cordoba"
    again = await admin.post(path, json={"name": "mikrowisp córdoba", "allowed_addresses": []})
    assert (again.status_code, again.json()["field"]) == (422, "name")
    wrong = await admin.post(path, json={"name": "Otra", "allowed_addresses": ["no-es-una-ip"]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "allowed_addresses")
    assert (await admin.delete(f"{path}/{one['id']}")).status_code == 200
    assert (await settings_store.read(NoticeSettings)).value.integrations == []
    records = await panel.service.database["audit"].find({"action": {"$regex": "^notices"}}).to_list()
    assert token not in str(records)
    assert stored.token_digest not in str(records)
    assert [record["outcome"] for record in records] == ["done", "done"]


async def test_the_rules_hold_for_the_ledger_and_for_the_sender(admin, settings_store):
    now = (await admin.get("/api/settings/notices")).json()
    body = {
        "rules": now["rules"] | {"quiet_from": "22:30:00", "cold_per_day": 5, "default_ttl_h": 12},
        "revision": now["revision"],
        "sending_revision": now["sending_revision"],
    }
    assert (await admin.put("/api/settings/notices", json=body)).status_code == 200
    notices, sending = await settings_store.read(NoticeSettings), await settings_store.read(SendingSettings)
    assert (str(sending.value.quiet_from), sending.value.cold_per_day) == ("22:30:00", 5)
    assert (await admin.get("/api/settings/notices")).json()["rules"]["quiet_from"] == "22:30:00"
    assert notices.value.default_ttl_h == 12
    late = await admin.put("/api/settings/notices", json=body)
    assert (late.status_code, late.json()["code"]) == (409, "settings_conflict")


async def test_the_ledger_shows_counts_and_what_can_be_done(admin, desk):
    desk.notices = {"n1": a_line("n1"), "n2": a_line("n2", NoticeState.WAITING)}
    page = (await admin.get("/api/notices", params={"state": "failed"})).json()
    assert ([row["id"] for row in page["rows"]], page["total"]) == (["n1"], 2)
    assert {one["state"]: one["count"] for one in page["counts"] if one["count"]} == {"failed": 1, "waiting": 1}
    failed, waiting = [(await admin.get(f"/api/notices/{name}")).json() for name in ("n1", "n2")]
    assert (failed["may_retry"], failed["may_cancel"]) == (True, False)
    assert (waiting["may_retry"], waiting["may_cancel"]) == (False, True)
    assert (await admin.post("/api/notices/n1/retry")).status_code == 200
    [asked] = desk.asked_for(RetryNotice)
    assert (asked.notice_id, asked.agent_id) == ("n1", admin.user.id)
    missing = await admin.get("/api/notices/nope")
    assert (missing.status_code, missing.json()["code"]) == (404, "notice_not_found")


async def test_the_export_holds_every_page_and_no_formula(admin, desk, panel):
    desk.unreached = [a_line("n1", text='=HYPERLINK("http://evil.example")'), a_line("n2")]
    answer = await admin.get("/api/notices/unreached.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    head, first, second = answer.text.lstrip("\ufeff").splitlines()
    assert head.startswith("recibido;telefono;cliente")
    assert "'=HYPERLINK" in first
    assert first.startswith("23/11/2026 12:00:00;549351"), "the clock of Buenos Aires"
    assert "Tu factura" in second
    assert await panel.service.database["audit"].count_documents({"action": "notices.export"}) == 1


async def test_an_export_without_its_neighbour_is_a_problem_and_no_half_file(panel):
    _, token = await panel.enrol("supervisor")
    async with panel.client(token) as browser:
        answer = await browser.get("/api/notices/unreached.csv")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_the_traffic_light_is_told(admin):
    assert (await admin.get("/api/sending")).json()["light"] == "amber"
