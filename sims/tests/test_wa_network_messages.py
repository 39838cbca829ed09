"""What customers write and what the company answers."""

import pytest

from ispbot_sims.wa_network.client import LinkedDevice, NetworkError, pair_device
from ispbot_sims.wa_network.testing import ACCOUNT, linked_world

NELIDA = "5493515550001"
PHONE = f"{NELIDA}@s.whatsapp.net"


async def test_a_text_reaches_the_device_under_a_lid_with_the_phone_beside_it(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida Correa")
        message_id = await world.net.phone(NELIDA).say("hola")
        frame = await world.device.expect("message")
        info = frame["info"]
        assert frame["content"] == {"kind": "text", "text": "hola"}
        assert (info["id"], info["push_name"], info["sender_alt"]) == (message_id, "Nélida Correa", PHONE)
        assert info["chat"] == info["sender"]
        assert info["chat"].endswith("@lid")
        assert NELIDA not in info["chat"]
        assert (info["is_from_me"], info["is_group"], frame["offline"]) == (False, False, False)


async def test_a_hidden_number_is_not_told_and_can_not_be_asked_for(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(hide_number=True)
        await phone.say("hola")
        info = (await world.device.expect("message"))["info"]
        assert info["sender_alt"] is None
        assert (await world.device.ask("phone_for_lid", lid=info["chat"]))["address"] is None


async def test_who_knows_the_phone_learns_the_pair_by_looking_it_up(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(hide_number=True)
        await phone.say("hola")
        lid = (await world.device.expect("message"))["info"]["chat"]
        looked_up = (await world.device.ask("lookup", phones=["+54 9 351 555-0001", "5490000000000"]))["lookup"]
        assert [(entry["on_whatsapp"], entry["lid"]) for entry in looked_up] == [(True, lid), (False, None)]
        assert (await world.device.ask("phone_for_lid", lid=lid))["address"] == PHONE
        await phone.say("otra vez")
        assert (await world.device.expect("message"))["info"]["sender_alt"] is None


async def test_showing_the_number_again_brings_it_with_the_next_message(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(hide_number=True)
        await phone.configure(hide_number=False)
        await phone.say("hola")
        assert (await world.device.expect("message"))["info"]["sender_alt"] == PHONE


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "location", "latitude": -31.4167, "longitude": -64.1833, "live": False},
        {"kind": "contacts", "cards": [{"display_name": "Juan", "vcard": "BEGIN:VCARD\nFN:Juan\nEND:VCARD"}]},
        {"kind": "choice", "source": "list", "choice_id": "saldo", "text": "Saldo"},
        {"kind": "poll", "question": "¿Cuándo?", "options": ["hoy", "mañana"]},
        {"kind": "unsupported", "original": "group_invite"},
    ],
    ids=lambda content: content["kind"],
)
async def test_every_other_kind_arrives_as_it_was_sent(tmp_path, content):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).send(content)
        assert (await world.device.expect("message"))["content"] == content


async def test_a_reply_names_the_message_it_answers(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        first = await phone.say("mi factura")
        await phone.say("esa, la de noviembre", quoted_id=first)
        quoted = (await world.device.expect("message", lambda f: f["info"]["quoted"]))["info"]["quoted"]
        assert (quoted["message_id"], quoted["text"]) == (first, "mi factura")


async def test_reactions_edits_and_deletes_change_the_message_on_both_sides(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        mine = await phone.say("ola")
        chat = (await world.device.expect("message"))["info"]["chat"]
        answer = (await world.device.send(chat, "¡Hola!"))["message_id"]
        await phone.expect("¡Hola!")

        await phone.edit(mine, "hola")
        await phone.react(answer, "👍")
        kinds = [(await world.device.expect("message"))["content"] for _ in range(2)]
        assert kinds == [
            {"kind": "edit", "target_id": mine, "text": "hola"},
            {"kind": "reaction", "target_id": answer, "emoji": "👍"},
        ]
        screen = {m["id"]: m for m in await phone.screen()}
        assert (screen[mine]["content"]["text"], screen[mine]["edited"]) == ("hola", True)
        assert [r["emoji"] for r in screen[answer]["reactions"]] == ["👍"]

        await phone.react(answer, "")
        await phone.delete(mine)
        assert [(await world.device.expect("message"))["content"]["kind"] for _ in range(2)] == ["reaction", "revoke"]
        screen = {m["id"]: m for m in await phone.screen()}
        assert (screen[mine]["content"], screen[answer]["reactions"]) == ({"kind": "deleted"}, [])


async def test_the_company_edits_and_deletes_its_own_messages_only(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        theirs = await phone.say("hola")
        chat = (await world.device.expect("message"))["info"]["chat"]
        ours = (await world.device.send(chat, "Su saldo es $100"))["message_id"]
        assert (await world.device.send(chat, {"kind": "edit", "target_id": theirs, "text": "x"}))["error"] == 400
        assert "error" not in await world.device.send(
            chat, {"kind": "edit", "target_id": ours, "text": "Su saldo es $10"}
        )
        assert (await phone.screen())[-1]["content"]["text"] == "Su saldo es $10"
        await world.device.send(chat, {"kind": "revoke", "target_id": ours})
        assert (await phone.screen())[-1]["revoked"]


async def test_an_old_message_is_not_edited_any_more(tmp_path):
    moment = 1_700_000_000.0
    async with linked_world(tmp_path, clock=lambda: moment) as world:
        message_id = await world.net.phone(NELIDA).say("hola")
        moment += 21 * 60
        with pytest.raises(NetworkError, match="too late"):
            await world.net.phone(NELIDA).edit(message_id, "chau")


async def test_sending_the_same_message_id_again_gives_the_first_ack_and_nothing_more(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(name="Nélida")
        first = await world.device.send(PHONE, "aviso", message_id="3EB0AAAA")
        again = await world.device.send(PHONE, "aviso", message_id="3EB0AAAA")
        assert (again["timestamp_s"], again["chat"]) == (first["timestamp_s"], first["chat"])
        assert [m["content"]["text"] for m in await phone.screen()] == ["aviso"]
        await world.device.send(PHONE, "aviso", message_id="3EB0BBBB")
        assert len(await phone.screen()) == 2


async def test_a_number_that_nobody_has_is_not_on_whatsapp(tmp_path):
    async with linked_world(tmp_path) as world:
        ack = await world.device.send("5491100000000@s.whatsapp.net", "hola")
        assert ack["error"] == 404
        assert "no LID found" in ack["error_text"]


@pytest.mark.parametrize("to", ["nobody", "123@broadcast", ""])
async def test_a_malformed_address_is_refused(tmp_path, to):
    async with linked_world(tmp_path) as world:
        assert (await world.device.send(to, "hola"))["error"] == 400


async def test_staff_writing_on_the_companys_phone_reaches_the_device_as_from_me(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.say("hola")
        chat = (await world.device.expect("message"))["info"]["chat"]
        await world.net.account_says(NELIDA, "Le escribo desde el celular")
        info = (await world.device.expect("message"))["info"]
        assert (info["is_from_me"], info["chat"], info["recipient_alt"], info["sender_alt"]) == (
            True,
            chat,
            PHONE,
            None,
        )
        assert (await phone.expect("desde el celular")).author == ACCOUNT


async def test_a_device_does_not_hear_its_own_message_but_a_second_one_does(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        credentials = await pair_device(world.url, lambda qr: world.net.scan(ACCOUNT, qr=qr))
        async with LinkedDevice(world.url, credentials) as second:
            await second.expect("offline_done")
            sent = await world.device.send(PHONE, "hola")
            echo = await second.expect("message")
            assert (echo["info"]["id"], echo["info"]["is_from_me"]) == (sent["message_id"], True)
            await world.device.ask("list_groups")
            assert not [f for f in world.device.frames if f["t"] == "message"]


async def test_typing_is_seen_on_both_sides(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.say("hola")
        chat = (await world.device.expect("message"))["info"]["chat"]
        await phone.type("composing")
        assert (await world.device.expect("typing"))["state"] == "composing"
        await world.device.write("typing", chat=chat, state="composing")
        await phone.expect_typing("composing")


async def test_the_bot_badge_shows_on_the_phone_when_the_device_sends_it(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.device.send(PHONE, "uno", bot_tag=True)
        await world.device.send(PHONE, "dos")
        assert [m["bot_tag"] for m in await world.net.phone(NELIDA).screen()] == [True, False]


async def test_the_address_book_lists_saved_phones(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida Correa")
        await world.net.phone("5493515550002").configure(name="Silvia", saved=False)
        contacts = (await world.device.ask("list_contacts"))["contacts"]
        assert [(c["full_name"], c["phone"]) for c in contacts] == [("Nélida Correa", PHONE)]


async def test_a_bulk_of_messages_answers_each_one(tmp_path):
    async with linked_world(tmp_path) as world:
        orders = [
            {"phone": NELIDA, "text": "uno", "ref": 1},
            {"phone": NELIDA, "text": "x", "to": "999999999", "ref": 2},
        ]
        answers = await world.net.post("/api/messages", orders)
        assert [(a["ref"], a.get("error")) for a in answers] == [(1, None), (2, 404)]
        assert (await world.device.expect("message"))["info"]["id"] == answers[0]["id"]


async def test_the_fast_way_to_write_answers_and_refuses_like_the_api(tmp_path):
    async with linked_world(tmp_path) as world:
        accepted = await world.net.say(NELIDA, "hola")
        assert (await world.device.expect("message"))["info"]["id"] == accepted["id"]
        with pytest.raises(NetworkError, match="no company account"):
            await world.net.say(NELIDA, "hola", to="999999999")
