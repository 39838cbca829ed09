"""Groups and estados."""

from ispbot_sims.wa_network.client import LinkedDevice
from ispbot_sims.wa_network.testing import ACCOUNT, linked_world

NELIDA = "5493515550001"
SILVIA = "5493515550002"
RUBEN = "5493515550003"
ESTADO = "status@broadcast"
TEXT = {
    "kind": "status_text",
    "text": "Promo de 300 megas",
    "background_argb": 0xFF7A1E5C,
    "text_argb": 0xFFFFFFFF,
    "font": 6,
}


async def test_a_new_group_is_told_to_the_account_and_listed(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(SILVIA).configure(hide_number=True)
        group = await world.net.group("Soporte", [NELIDA, SILVIA, ACCOUNT])
        frame = await world.device.expect("group_changed")
        assert (frame["change"], frame["group"]["subject"], frame["group"]["jid"]) == (
            "joined",
            "Soporte",
            group["jid"],
        )
        phones = [p["phone"] for p in frame["group"]["participants"]]
        assert phones == [f"{NELIDA}@s.whatsapp.net", None, f"{ACCOUNT}@s.whatsapp.net"]
        assert frame["group"]["participants"][0]["is_admin"]
        [listed] = (await world.device.ask("list_groups"))["groups"]
        assert listed == frame["group"]


async def test_group_messages_go_to_every_member_with_one_receipt_each(tmp_path):
    async with linked_world(tmp_path) as world:
        jid = (await world.net.group("Soporte", [NELIDA, SILVIA, ACCOUNT]))["jid"]
        await world.net.phone(NELIDA).say("¿quién está de guardia?", to=jid)
        frame = await world.device.expect("message")
        info = frame["info"]
        assert (info["chat"], info["is_group"], info["sender_alt"]) == (jid, True, f"{NELIDA}@s.whatsapp.net")
        assert info["sender"].endswith("@lid")
        assert (await world.net.phone(SILVIA).expect("guardia")).author == NELIDA

        sent = await world.device.send(jid, "Ticket nuevo")
        assert sent["chat"] == jid
        await world.net.phone(NELIDA).expect("Ticket nuevo")
        receipts = [await world.device.expect("receipt", lambda r: r["ids"] == [sent["message_id"]]) for _ in range(2)]
        assert len({r["sender"] for r in receipts}) == 2
        assert {r["chat"] for r in receipts} == {jid}


async def test_leaving_a_group_is_told_and_closes_it(tmp_path):
    async with linked_world(tmp_path) as world:
        jid = (await world.net.group("Soporte", [NELIDA, ACCOUNT]))["jid"]
        await world.net._http.patch(f"/api/groups/{jid}", json={"subject": "Guardia", "add": [RUBEN]})
        updated = await world.device.expect("group_changed", lambda f: f["change"] == "updated")
        assert (updated["group"]["subject"], len(updated["group"]["participants"])) == ("Guardia", 3)
        await world.net._http.patch(f"/api/groups/{jid}", json={"remove": [ACCOUNT]})
        assert (await world.device.expect("group_changed"))["change"] == "left"
        assert (await world.device.send(jid, "hola"))["error"] == 403
        assert (await world.device.ask("list_groups"))["groups"] == []


async def test_an_estado_is_seen_by_phones_of_the_address_book_and_they_say_so(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.phone(SILVIA).configure(name="Silvia", saved=False)
        sent = await world.device.send(ESTADO, TEXT)
        [status] = await world.net.phone(NELIDA).statuses()
        assert (status["id"], status["content"]) == (sent["message_id"], TEXT)
        assert await world.net.phone(SILVIA).statuses() == []
        await world.net.post(f"/api/phones/{NELIDA}/statuses/{status['id']}/seen", {})
        receipt = await world.device.expect("receipt")
        assert (receipt["chat"], receipt["type"], receipt["ids"]) == (ESTADO, "read", [sent["message_id"]])
        assert (await world.net.phone(NELIDA).statuses())[0]["seen_by"] == [NELIDA]


async def test_a_revoked_estado_is_gone_and_others_last_a_day(tmp_path):
    moment = 1_700_000_000.0
    async with linked_world(tmp_path, clock=lambda: moment) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(name="Nélida")
        first = (await world.device.send(ESTADO, TEXT))["message_id"]
        second = (await world.device.send(ESTADO, TEXT))["message_id"]
        await world.device.send(ESTADO, {"kind": "revoke", "target_id": first})
        assert [s["id"] for s in await phone.statuses()] == [second]
        moment += 24 * 3600 - 1
        assert len(await phone.statuses()) == 1
        moment += 2
        assert await phone.statuses() == []


async def test_only_estado_contents_go_to_an_estado(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        assert (await world.device.send(ESTADO, "hola"))["error"] == 400
        assert (await world.device.send(f"{NELIDA}@s.whatsapp.net", TEXT))["error"] == 400


async def test_a_customers_estado_reaches_the_device_as_status_broadcast(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).say("vendo bici", to="status")
        info = (await world.device.expect("message"))["info"]
        assert (info["chat"], info["is_group"], info["sender_alt"]) == (ESTADO, True, f"{NELIDA}@s.whatsapp.net")


async def test_a_group_survives_a_reconnection(tmp_path):
    async with linked_world(tmp_path) as world:
        jid = (await world.net.group("Soporte", [NELIDA, ACCOUNT]))["jid"]
        await world.net.fault("drop_connection")
        await world.device.expect_close()
        async with LinkedDevice(world.url, world.credentials) as again:
            await again.expect("connected")
            assert "error" not in await again.send(jid, "seguimos")
