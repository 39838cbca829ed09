"""Things that go wrong on demand."""

import time

import pytest

from ispbot_sims.wa_network.client import LinkedDevice, LinkLost, NetworkError
from ispbot_sims.wa_network.testing import ACCOUNT, linked_world

NELIDA = "5493515550001"
SILVIA = "5493515550002"
PHONE = f"{NELIDA}@s.whatsapp.net"


async def test_a_lost_ack_leaves_an_unknown_outcome_that_sending_again_settles(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("ack_lost")
        with pytest.raises(LinkLost):
            await world.device.send(PHONE, "aviso", message_id="3EB0AAAA")
        async with LinkedDevice(world.url, world.credentials) as again:
            await again.expect("connected")
            assert "error" not in await again.send(PHONE, "aviso", message_id="3EB0AAAA")
        assert [m["content"]["text"] for m in await world.net.phone(NELIDA).screen()] == ["aviso"]


async def test_a_lost_send_never_left(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("send_lost")
        with pytest.raises(LinkLost):
            await world.device.send(PHONE, "aviso")
        assert await world.net.phone(NELIDA).screen() == []


async def test_a_slow_ack_comes_late_while_the_message_is_there_at_once(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("ack_delay", seconds=0.3)
        started = time.monotonic()
        ack = await world.device.send(PHONE, "aviso")
        assert time.monotonic() - started >= 0.3
        assert "error" not in ack
        [receipt] = [f for f in world.device.frames if f["t"] == "receipt"]
        assert world.device.frames.index(receipt) < world.device.frames.index(ack)


async def test_a_send_without_ack_is_still_delivered(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("no_ack")
        with pytest.raises(TimeoutError):
            await world.device.ask(
                "send", to=PHONE, message_id="3EB0A", content={"kind": "text", "text": "aviso"}, timeout_s=0.2
            )
        await world.net.phone(NELIDA).expect("aviso")


@pytest.mark.parametrize("code", [463, 479, 400])
async def test_a_refused_send_carries_its_code_and_reaches_nobody(tmp_path, code):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("ack_error", code=code)
        assert (await world.device.send(PHONE, "aviso"))["error"] == code
        assert await world.net.phone(NELIDA).screen() == []
        assert "error" not in await world.device.send(PHONE, "aviso")


async def test_the_reach_out_lock_spares_people_who_wrote(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).say("hola")
        for number in (SILVIA, "5493515550003"):
            await world.net.phone(number).configure(name=number)
        await world.net.fault("reach_out_lock", times=None, allow=1)
        errors = [
            (await world.device.send(f"{number}@s.whatsapp.net", "aviso")).get("error")
            for number in (NELIDA, SILVIA, "5493515550003", NELIDA)
        ]
        assert errors == [None, None, 463, None]


async def test_a_message_can_arrive_twice(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.fault("duplicate")
        message_id = await world.net.phone(NELIDA).say("hola")
        twice = [await world.device.expect("message") for _ in range(2)]
        assert [f["info"]["id"] for f in twice] == [message_id] * 2
        assert twice[0]["delivery_id"] != twice[1]["delivery_id"]
        assert len(await world.net.phone(NELIDA).screen()) == 1


async def test_a_message_can_arrive_unreadable(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.fault("undecryptable", phone=NELIDA)
        await world.net.phone(SILVIA).say("hola")
        message_id = await world.net.phone(NELIDA).say("hola")
        frame = await world.device.expect("undecryptable")
        assert frame["info"]["id"] == message_id
        assert "content" not in frame
        assert await world.net.phone(NELIDA).expect_tick(message_id, "delivered") == "delivered"


async def test_a_message_can_arrive_readable_at_the_second_try(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.fault("second_try", phone=NELIDA)
        message_id = await world.net.phone(NELIDA).say("hola")
        frame = await world.device.expect("message")
        [placeholder] = [f for f in world.device.frames if f["t"] == "undecryptable"]
        assert placeholder["info"] == frame["info"]
        assert (frame["info"]["id"], frame["content"]["text"]) == (message_id, "hola")
        assert placeholder["delivery_id"] < frame["delivery_id"]
        assert await world.net.phone(NELIDA).expect_tick(message_id, "delivered") == "delivered"


async def test_a_silent_link_is_connected_and_carries_nothing_until_it_wakes(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.fault("silent", times=None)
        await world.net.phone(NELIDA).say("hola")
        with pytest.raises(TimeoutError):
            await world.device.ask("list_groups", timeout_s=0.2)
        await world.device.write("ping")
        await world.device.expect("pong")
        assert not [f for f in world.device.frames if f["t"] == "message"]
        await world.net.clear_faults()
        assert (await world.device.expect("message"))["content"]["text"] == "hola"


async def test_a_zombie_link_answers_pings_and_a_new_one_brings_what_it_withheld(tmp_path):
    async with linked_world(tmp_path) as world:
        assert (await world.net.fault("zombie"))["links"] == 1
        await world.net.phone(NELIDA).say("hola")
        await world.net.phone(NELIDA).type()
        with pytest.raises(TimeoutError):
            await world.device.ask("list_groups", timeout_s=0.2)
        await world.device.write("ping")
        await world.device.expect("pong")
        assert not [f for f in world.device.frames if f["t"] in {"message", "typing"}]
        await world.net.fault("drop_connection")
        await world.device.expect_close()
        async with LinkedDevice(world.url, world.credentials) as again:
            assert (await again.expect("message"))["content"]["text"] == "hola"


async def test_a_lasting_fault_stays_until_it_is_cleared_and_a_counted_one_runs_out(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("ack_error", code=479, times=2)
        assert [(await world.device.send(PHONE, "x")).get("error") for _ in range(3)] == [479, 479, None]
        armed = await world.net.fault("ack_error", code=400, times=None)
        assert [(await world.device.send(PHONE, "x")).get("error") for _ in range(3)] == [400] * 3
        assert [f["kind"] for f in await world.net.get("/api/faults")] == ["ack_error"]
        assert armed["armed"]
        await world.net.clear_faults()
        assert "error" not in await world.device.send(PHONE, "x")


async def test_a_fault_of_one_account_leaves_another_alone(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        await world.net.fault("ack_error", account="5493515550199", times=None)
        assert "error" not in await world.device.send(PHONE, "x")


async def test_an_unknown_fault_is_refused(tmp_path):
    async with linked_world(tmp_path) as world:
        with pytest.raises(NetworkError, match="422"):
            await world.net.fault("earthquake")
        with pytest.raises(NetworkError, match="no company account"):
            await world.net.fault("temp_ban", account="5490000000000")
        assert (await world.net.accounts())[0]["number"] == ACCOUNT
