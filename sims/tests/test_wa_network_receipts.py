"""Ticks on both sides."""

from ispbot_sims.wa_network.client import WaNetworkClient
from ispbot_sims.wa_network.testing import ACCOUNT, linked_world, serve_network

NELIDA = "5493515550001"
PHONE = f"{NELIDA}@s.whatsapp.net"


async def test_the_customer_gets_the_second_tick_when_the_device_takes_and_blue_when_it_reads(tmp_path):
    async with linked_world(tmp_path, auto_take=False) as world:
        phone = world.net.phone(NELIDA)
        message_id = await phone.say("hola")
        frame = await world.device.expect("message")
        assert (await phone.screen())[0]["tick"] == "sent"
        await world.device.take(frame)
        assert await phone.expect_tick(message_id, "delivered") == "delivered"
        await world.device.write("mark_read", chat=frame["info"]["chat"], ids=[message_id])
        assert await phone.expect_tick(message_id, "read") == "read"


async def test_the_device_learns_delivered_then_read_and_they_wait_for_it_to_be_taken(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(name="Nélida")
        sent = await world.device.send(PHONE, "hola")
        await phone.expect("hola")
        assert await phone.read() == 1
        assert await phone.read() == 0
        receipts = [await world.device.expect("receipt") for _ in range(2)]
        assert [(r["type"], r["ids"], r["chat"]) for r in receipts] == [
            ("delivered", [sent["message_id"]], sent["chat"]),
            ("read", [sent["message_id"]], sent["chat"]),
        ]


async def test_several_messages_read_at_once_make_one_receipt(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(name="Nélida")
        ids = [(await world.device.send(PHONE, text))["message_id"] for text in ("uno", "dos")]
        await phone.expect("dos")
        await phone.read()
        assert (await world.device.expect("receipt", lambda r: r["type"] == "read"))["ids"] == ids


async def test_a_phone_that_reads_by_itself_does_so_on_arrival(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(auto_read=True)
        await world.device.send(PHONE, "hola")
        assert [(await world.device.expect("receipt"))["type"] for _ in range(2)] == ["delivered", "read"]


async def test_playing_a_voice_note_is_told(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        media = await world.device.upload(b"OggS voice", "audio/ogg")
        sent = await world.device.send(PHONE, {"kind": "audio", "media": media, "ptt": True, "seconds": 3})
        await world.net.post(f"/api/phones/{NELIDA}/read", {"ids": [sent["message_id"]], "level": "played"})
        assert (await world.device.expect("receipt", lambda r: r["type"] == "played"))["ids"] == [sent["message_id"]]


async def test_reading_on_the_companys_own_phone_is_told_to_both_sides(tmp_path):
    async with linked_world(tmp_path) as world:
        message_id = await world.net.phone(NELIDA).say("hola")
        await world.device.expect("message")
        await world.net.post(f"/api/accounts/{ACCOUNT}/read", {"phone": NELIDA})
        assert (await world.device.expect("receipt"))["type"] == "read_self"
        assert await world.net.phone(NELIDA).expect_tick(message_id, "read") == "read"


async def test_without_a_linked_device_the_companys_phone_gets_the_message(tmp_path):
    async with serve_network(tmp_path) as server, WaNetworkClient(server.url) as net:
        message_id = await net.phone(NELIDA).say("hola")
        assert await net.phone(NELIDA).expect_tick(message_id, "delivered") == "delivered"
        [message] = await net.get(f"/api/accounts/{ACCOUNT}/chats/{NELIDA}")
        assert (message["mine"], message["content"]["text"]) == (False, "hola")


async def test_every_tick_of_every_phone_is_on_one_queue(tmp_path):
    async with linked_world(tmp_path) as world:
        ticks = world.net.ticks()
        message_id = await world.net.phone(NELIDA).say("hola")
        tick = await ticks.get()
        assert (tick.phone, tick.id, tick.tick) == (NELIDA, message_id, "delivered")
        assert tick.at >= tick.at_ms / 1000 - 1
