"""Nothing is lost until the device has it: the offline queue, phones that are off, and restarts of the network."""

from ispbot_sims.wa_network.client import LinkedDevice, WaNetworkClient
from ispbot_sims.wa_network.testing import linked_world, serve_network

NELIDA = "5493515550001"
SILVIA = "5493515550002"


async def test_what_was_not_taken_comes_again_in_order_marked_offline(tmp_path):
    async with linked_world(tmp_path, auto_take=False) as world:
        for text in ("uno", "dos", "tres"):
            await world.net.phone(NELIDA).say(text)
        frames = [await world.device.expect("message") for _ in range(3)]
        await world.device.take(frames[0])
        await world.net.phone(NELIDA).expect_tick(frames[0]["info"]["id"], "delivered")
        await world.net.fault("drop_connection")
        await world.device.expect_close()
        await world.net.phone(NELIDA).say("cuatro")
        async with LinkedDevice(world.url, world.credentials) as again:
            assert (await again.expect("connected"))["offline_count"] == 3
            waited = [await again.expect("message") for _ in range(3)]
            assert [f["content"]["text"] for f in waited] == ["dos", "tres", "cuatro"]
            assert [f["delivery_id"] for f in waited[:2]] == [f["delivery_id"] for f in frames[1:]]
            assert all(f["offline"] for f in waited)
            assert (await again.expect("offline_done"))["count"] == 3
            await world.net.phone(NELIDA).say("cinco")
            assert (await again.expect("message"))["offline"] is False


async def test_the_queue_the_link_and_the_chats_survive_a_restart_of_the_network(tmp_path):
    async with linked_world(tmp_path, auto_take=False) as world:
        await world.net.phone(NELIDA).configure(name="Nélida Correa", story="debe una factura")
        message_id = await world.net.phone(NELIDA).say("hola")
        await world.device.expect("message")
        await world.device.send(f"{NELIDA}@s.whatsapp.net", "aviso", message_id="3EB0AAAA")
        credentials = world.credentials
    async with serve_network(tmp_path) as server, WaNetworkClient(server.url) as net:
        async with LinkedDevice(server.url, credentials) as device:
            frame = await device.expect("message")
            assert (frame["info"]["id"], frame["offline"], frame["info"]["push_name"]) == (
                message_id,
                True,
                "Nélida Correa",
            )
            await device.expect("offline_done")
            await device.send(f"{NELIDA}@s.whatsapp.net", "aviso", message_id="3EB0AAAA")
            assert [m["content"]["text"] for m in await net.phone(NELIDA).screen()] == ["hola", "aviso"]
            first_new = frame["delivery_id"]
            await net.phone(NELIDA).say("sigo acá")
            assert (await device.expect("message"))["delivery_id"] > first_new
        assert (await net.get(f"/api/phones/{NELIDA}"))["story"] == "debe una factura"


async def test_taken_messages_do_not_come_back_after_a_restart(tmp_path):
    async with linked_world(tmp_path) as world:
        message_id = await world.net.phone(NELIDA).say("hola")
        await world.device.expect("message")
        await world.net.phone(NELIDA).expect_tick(message_id, "delivered")
        credentials = world.credentials
    async with serve_network(tmp_path) as server, LinkedDevice(server.url, credentials) as device:
        assert (await device.expect("connected"))["offline_count"] == 0


async def test_more_than_a_window_of_messages_all_arrive_once_and_in_order(tmp_path):
    async with linked_world(tmp_path) as world:
        orders = [{"phone": NELIDA, "text": str(i)} for i in range(4500)]
        await world.net.post("/api/messages", orders)
        await world.device.expect("message", lambda f: f["content"]["text"] == "4499", timeout_s=30)
        texts = [f["content"]["text"] for f in world.device.frames if f["t"] == "message"]
        assert texts == [str(i) for i in range(4500)]


async def test_a_phone_that_is_off_gets_its_messages_when_it_comes_back(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(online=False)
        sent = await world.device.send(f"{NELIDA}@s.whatsapp.net", "su visita es mañana")
        assert await phone.screen() == []
        await phone.configure(online=True)
        assert (await phone.expect("visita")).id == sent["message_id"]
        receipt = await world.device.expect("receipt")
        assert (receipt["type"], receipt["ids"]) == ("delivered", [sent["message_id"]])


async def test_what_is_written_in_airplane_mode_leaves_when_it_ends(tmp_path):
    async with linked_world(tmp_path) as world:
        phone = world.net.phone(NELIDA)
        await phone.configure(online=False)
        message_id = await phone.say("hola")
        assert (await phone.screen())[0]["tick"] == "pending"
        await phone.configure(online=True)
        assert (await world.device.expect("message"))["info"]["id"] == message_id
        assert await phone.expect_tick(message_id, "delivered") == "delivered"


async def test_a_phone_that_is_off_still_waits_for_its_messages_after_a_restart(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(online=False)
        await world.device.send(f"{NELIDA}@s.whatsapp.net", "aviso")
        credentials = world.credentials
    async with (
        serve_network(tmp_path) as server,
        WaNetworkClient(server.url) as net,
        LinkedDevice(server.url, credentials) as device,
    ):
        await device.expect("offline_done")
        await net.phone(NELIDA).configure(online=True)
        assert (await net.phone(NELIDA).expect("aviso")).kind == "text"
        assert (await device.expect("receipt"))["type"] == "delivered"


async def test_nothing_waits_for_a_device_that_was_unlinked(tmp_path):
    async with linked_world(tmp_path, auto_take=False) as world:
        await world.net.phone(NELIDA).say("hola")
        await world.device.expect("message")
        await world.net.fault("unlink")
        await world.device.expect("logged_out")
        assert (await world.net.stats())["deliveries"]["waiting"] == 0


async def test_each_phone_hears_only_its_own_messages_and_the_stream_hears_all(tmp_path):
    async with linked_world(tmp_path) as world:
        heard: list[str] = []
        world.net.listen(
            lambda e: heard.append(e["phone"]) if e["type"] == "message" and not e["message"]["mine"] else None
        )
        for number in (NELIDA, SILVIA):
            await world.net.phone(number).configure(name=number)
            await world.device.send(f"{number}@s.whatsapp.net", f"para {number}")
        await world.net.phone(SILVIA).expect("para")
        assert [m.text for m in world.net.phone(NELIDA).inbox] == [f"para {NELIDA}"]
        assert heard == [NELIDA, SILVIA]


async def test_the_list_of_customers_keeps_its_order_over_a_restart(tmp_path):
    people = [{"number": n, "name": n, "story": "de la demo"} for n in (SILVIA, "5493510000001", NELIDA)]
    async with serve_network(tmp_path) as server, WaNetworkClient(server.url) as net:
        await net.phone("5493510000000").say("sin historia")
        await net._http.put("/api/phones", json=people)
    async with serve_network(tmp_path) as server, WaNetworkClient(server.url) as net:
        listed = [phone["number"] for phone in await net.get("/api/phones")]
        assert listed == [SILVIA, "5493510000001", NELIDA, "5493510000000"]
