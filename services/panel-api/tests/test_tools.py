"""Herramientas and the WhatsApp link: modes, emergencies, impact, the QR."""

import asyncio

import pytest

from ispbot_contracts.common import LatLng
from ispbot_contracts.settings import BotMode, OperationSettings, Zone, ZonesSettings
from ispbot_contracts.streams import LEASE_BUCKET, SESSION_BUCKET
from ispbot_contracts.whatsapp import QrCode, RestartSession, SessionState, SessionStatus, UnlinkSession, WaAccount
from ispbot_panel_api.whatsapp.words import GATEWAY_SILENT, reason_of
from ispbot_runtime.testing import eventually

SQUARE = [LatLng(lat=0, lng=0), LatLng(lat=0, lng=1), LatLng(lat=1, lng=1)]
EMERGENCY = {"message": "Corte de fibra", "zones_enabled": False, "zone_ids": [], "zone_message": ""}


@pytest.fixture
async def admin(panel):
    _, token = await panel.enrol("administrator", name="Eva", username="eva")
    async with panel.client(token) as browser:
        yield browser


async def test_a_mode_switch_is_in_force_and_on_record(panel, admin, settings_store):
    before = (await admin.get("/api/mode")).json()
    assert (before["mode"], before["revision"]) == ("COMPLETE", 0)
    after = (await admin.put("/api/mode", json={"mode": "EMERGENCY", "revision": 0})).json()
    stored = await settings_store.read(OperationSettings)
    assert (stored.value.mode, stored.revision) == (BotMode.EMERGENCY, after["revision"])
    [entry] = await panel.service.database["audit"].find({"action": "mode.change"}).to_list()
    assert (entry["before"], entry["after"], entry["outcome"]) == ({"mode": "COMPLETE"}, {"mode": "EMERGENCY"}, "done")
    assert entry["actor"]["username"] == "eva"


async def test_of_two_administrators_who_switch_at_once_one_is_told_to_look_again(panel, admin):
    answers = await asyncio.gather(
        *(admin.put("/api/mode", json={"mode": mode, "revision": 0}) for mode in ("STOPPED", "EMERGENCY", "GATEWAY_ONLY"))
    )  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    lost = next(answer for answer in answers if answer.status_code == 409).json()
    assert (lost["code"], "Otra persona" in lost["message"]) == ("settings_conflict", True)
    late = await admin.put("/api/emergency", json=EMERGENCY | {"revision": 0})
    assert late.status_code == 409


async def test_emergency_texts_keep_the_mode_and_need_drawn_zones(panel, admin, settings_store):
    zones = [Zone(zone_id="centro", name="Centro", perimeter=SQUARE), Zone(zone_id="norte", name="Norte")]
    await settings_store.write(ZonesSettings(zones=zones), revision=0)

    async def listed() -> bool:
        return len((await admin.get("/api/zones")).json()["zones"]) == 2

    await eventually(listed)
    assert (await admin.get("/api/zones")).json()["zones"][1] == {
        "id": "norte",
        "name": "Norte",
        "has_perimeter": False,
    }
    cases = [
        ({"zones_enabled": True, "zone_message": "x"}, "zone_ids"), ({"zone_ids": ["norte"]}, "zone_ids"),
        ({"zones_enabled": True, "zone_ids": ["centro"]}, "zone_message"), ({"message": "  "}, "message"),
    ]  # fmt: skip
    for change, field in cases:
        answer = await admin.put("/api/emergency", json=EMERGENCY | change | {"revision": 0})
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    body = EMERGENCY | {
        "zones_enabled": True,
        "zone_ids": ["centro"],
        "zone_message": "Zona centro sin servicio",
        "revision": 0,
    }
    saved = (await admin.put("/api/emergency", json=body)).json()
    assert (saved["mode"], saved["zone_ids"]) == ("COMPLETE", ["centro"])
    switched = (await admin.put("/api/mode", json={"mode": "EMERGENCY", "revision": saved["revision"]})).json()
    assert (switched["emergency_message"], switched["zone_message"]) == ("Corte de fibra", "Zona centro sin servicio")


async def test_the_impact_counts_open_chats_and_tickets(admin, desk):
    impact = (await admin.get("/api/mode/impact?to=STOPPED")).json()
    assert (impact["current"], impact["open_chats"], impact["open_tickets"]) == ("COMPLETE", 5, 3)
    assert any("5 clientes escribieron" in sentence for sentence in impact["sentences"])
    assert any("3 tickets abiertos siguen" in sentence for sentence in impact["sentences"])
    same = (await admin.get("/api/mode/impact?to=COMPLETE")).json()
    assert same["sentences"] == ["El modo ya es COMPLETE: no cambia nada."]


async def test_the_impact_says_when_it_can_not_count(admin):
    impact = (await admin.get("/api/mode/impact?to=EMERGENCY")).json()
    assert (impact["open_chats"], impact["open_tickets"]) == (None, None)
    assert any("no responde" in sentence for sentence in impact["sentences"])
    assert any("Mensaje que se enviará" in sentence for sentence in impact["sentences"])


@pytest.fixture
def gateway(bus):
    """Return a function that shows a state of the link as the gateway does."""

    async def show(**fields):
        status = SessionStatus(since="2026-11-23T12:00:00Z", **fields)
        await (await bus.js.key_value(LEASE_BUCKET)).put("main", b"gw-1")
        await (await bus.js.key_value(SESSION_BUCKET)).put("main", status.model_dump_json().encode())

    return show


async def test_the_qr_and_the_linked_account_are_shown_live(panel, admin, gateway):
    _, token = await panel.enrol("supervisor")
    async with panel.live(token) as live:
        await live.until("whatsapp")
        qr = QrCode(text="2@abc", seq=3, expires_at="2026-11-23T12:00:20Z")
        await gateway(state=SessionState.QR, qr=qr)
        shown = (await live.until("whatsapp"))["data"]
        assert (shown["state"], shown["label"], shown["qr"]["text"]) == ("waiting_qr", "ESPERANDO QR", "2@abc")
        assert (await admin.get("/api/whatsapp")).json() == shown
        account = WaAccount(number="5493515550100", name="Red Sur", platform="smba", business=True)
        await gateway(state=SessionState.CONNECTED, account=account)
        linked = (await live.until("whatsapp"))["data"]
        assert (linked["label"], linked["account"]["number"], linked["reason"]) == (
            "CONECTADO",
            "+54 9 351 555-0100",
            None,
        )


async def test_a_gateway_that_stops_renewing_its_lease_is_not_shown_as_connected(panel, admin, gateway, monkeypatch):
    await gateway(state=SessionState.CONNECTED)
    link = panel.parts.link

    async def label() -> str:
        return (await admin.get("/api/whatsapp")).json()["label"]

    await eventually(lambda: link._status is not None)
    await link._look_at_lease()
    assert await label() == "CONECTADO"
    monkeypatch.setattr("ispbot_panel_api.whatsapp.link._SILENT_AFTER_S", -1.0)
    await link._look_at_lease()
    shown = (await admin.get("/api/whatsapp")).json()
    assert (shown["label"], shown["reason"]) == ("DESCONECTADO", GATEWAY_SILENT)
    monkeypatch.setattr("ispbot_panel_api.whatsapp.link._SILENT_AFTER_S", 10.0)
    await gateway(state=SessionState.CONNECTED)
    await link._look_at_lease()
    assert await label() == "CONECTADO"


def test_every_state_but_connected_says_why_and_what_to_do():
    assert [state for state in SessionState if not reason_of(state, None)] == [SessionState.CONNECTED]


async def test_link_actions_reach_the_gateway_and_unlinking_needs_the_word(panel, admin, desk):
    assert (await admin.post("/api/whatsapp/restart")).status_code == 200
    wrong = await admin.post("/api/whatsapp/unlink", json={"confirm": "sí"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "confirm")
    assert desk.asked_for(UnlinkSession) == []
    assert (await admin.post("/api/whatsapp/unlink", json={"confirm": "DESVINCULAR"})).status_code == 200
    assert len(desk.asked_for(RestartSession)) == len(desk.asked_for(UnlinkSession)) == 1
    code = await admin.post("/api/whatsapp/pair-code", json={"phone": "351 555-0100"})
    assert code.json() == {"code": "ABCD-EFGH"}
    actions = [entry["action"] for entry in await panel.service.database["audit"].find({}).sort("at", 1).to_list()]
    assert actions == ["whatsapp.restart", "whatsapp.unlink", "whatsapp.pair_code"]
