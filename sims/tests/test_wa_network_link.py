"""Linking, logging in and losing the link."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ispbot_sims.wa_network.client import LinkedDevice, NetworkError, WaNetworkClient, pair_device
from ispbot_sims.wa_network.testing import ACCOUNT, linked_world, serve_network

NELIDA = "5493515550001"


async def test_a_round_has_six_codes_the_first_three_times_as_long_and_then_ends(tmp_path):
    async with serve_network(tmp_path, qr_speed=400) as server, LinkedDevice(server.url) as device:
        codes = [await device.expect("qr") for _ in range(6)]
        assert [code["seq"] for code in codes] == [1, 2, 3, 4, 5, 6]
        assert [code["expires_in_s"] * 400 for code in codes] == pytest.approx([60, 20, 20, 20, 20, 20])
        assert len({code["text"] for code in codes}) == 6
        assert all(code["text"].startswith("https://wa.me/settings/linked_devices#2@") for code in codes)
        assert (await device.expect("qr_end"))["reason"] == "timeout"
        assert await device.expect_close() == 4408


async def test_scanning_a_business_account_links_and_restarts_the_device(tmp_path):
    async with (
        serve_network(tmp_path) as server,
        WaNetworkClient(server.url) as net,
        LinkedDevice(server.url) as device,
    ):
        qr = await device.expect("qr")
        await net.scan(ACCOUNT, qr=qr["text"], platform="smbi", name="Red Sur")
        success = await device.expect("pair_success")
        assert await device.expect_close() == 4515
        account = success["account"]
        assert (account["platform"], account["business_name"]) == ("smbi", "Red Sur")
        assert account["jid"] == f"{ACCOUNT}:1@s.whatsapp.net"
        async with LinkedDevice(server.url, success["credentials"]) as again:
            assert (await again.expect("connected"))["account"] == account


async def test_a_regular_account_links_too_and_says_what_it_is(tmp_path):
    async with (
        serve_network(tmp_path) as server,
        WaNetworkClient(server.url) as net,
        LinkedDevice(server.url) as device,
    ):
        await device.expect("qr")
        await net.scan(ACCOUNT, business=False)
        account = (await device.expect("pair_success"))["account"]
        assert (account["platform"], account["business_name"]) == ("android", "")


async def test_an_expired_code_can_not_be_scanned(tmp_path):
    async with (
        serve_network(tmp_path, qr_speed=600) as server,
        WaNetworkClient(server.url) as net,
        LinkedDevice(server.url) as device,
    ):
        first = await device.expect("qr")
        await device.expect("qr")
        with pytest.raises(NetworkError, match="expired"):
            await net.scan(ACCOUNT, qr=first["text"])


async def test_an_owner_who_says_no_ends_the_round_in_an_error(tmp_path):
    async with (
        serve_network(tmp_path) as server,
        WaNetworkClient(server.url) as net,
        LinkedDevice(server.url) as device,
    ):
        await device.expect("qr")
        [waiting] = await net.pairing()
        await net.post(f"/api/pairing/{waiting['id']}/refuse", {})
        assert (await device.expect("qr_end"))["reason"] == "error"
        assert await device.expect_close() == 4408
        assert await net.pairing() == []


@pytest.mark.parametrize("reason", ["main_device_gone", "banned"])
async def test_a_login_can_find_the_link_gone(tmp_path, reason):
    async with linked_world(tmp_path) as world:
        await world.net.fault("refuse_login", how=reason)
        async with LinkedDevice(world.url, world.credentials) as refused:
            frame = await refused.expect("logged_out")
            assert (frame["reason"], frame["on_connect"]) == (reason, True)
        assert (await world.net.accounts())[0]["devices"] == []


async def test_a_typed_code_links_the_number_it_was_asked_for(tmp_path):
    async with (
        serve_network(tmp_path) as server,
        WaNetworkClient(server.url) as net,
        LinkedDevice(server.url) as device,
    ):
        await device.expect("qr")
        code = (await device.ask("pair_phone", phone=ACCOUNT))["code"]
        assert len(code) == 9
        assert code[4] == "-"
        with pytest.raises(NetworkError, match="no device shows"):
            await net.post("/api/pair-code", {"number": "5493515550199", "code": code})
        await net.post("/api/pair-code", {"number": ACCOUNT, "code": code.lower().replace("-", "")})
        assert (await device.expect("pair_success"))["account"]["platform"] == "smba"


@pytest.mark.parametrize("phone", ["0351555", "12345", "+54351"])
async def test_a_code_is_not_given_for_what_is_no_number(tmp_path, phone):
    async with serve_network(tmp_path) as server, LinkedDevice(server.url) as device:
        await device.expect("qr")
        assert (await device.ask("pair_phone", phone=phone))["error"] == 400


async def test_unlinking_on_the_phone_logs_the_device_out_for_good(tmp_path):
    async with linked_world(tmp_path) as world:
        [account] = await world.net.accounts()
        await world.net.fault("unlink")
        frame = await world.device.expect("logged_out")
        assert (frame["reason"], frame["on_connect"]) == ("device_removed", False)
        assert await world.device.expect_close() == 4401
        assert len(account["devices"]) == 1
        assert (await world.net.accounts())[0]["devices"] == []
        async with LinkedDevice(world.url, world.credentials) as again:
            assert (await again.expect("logged_out"))["on_connect"] is True
            assert await again.expect_close() == 4401


async def test_the_device_logs_out_by_itself(tmp_path):
    async with linked_world(tmp_path) as world:
        assert (await world.device.ask("logout"))["t"] == "result"
        assert await world.device.expect_close() == 4401
        assert (await world.net.accounts())[0]["devices"] == []


async def test_a_second_connection_with_the_same_credentials_replaces_the_first(tmp_path):
    async with linked_world(tmp_path) as world, LinkedDevice(world.url, world.credentials) as second:
        await second.expect("offline_done")
        await world.device.expect("replaced")
        assert await world.device.expect_close() == 4440
        await world.net.phone(NELIDA).say("hola")
        assert (await second.expect("message"))["content"]["text"] == "hola"


async def test_a_ban_closes_the_link_and_every_login_until_it_ends(tmp_path):
    moment = 1_700_000_000.0
    async with linked_world(tmp_path, clock=lambda: moment) as world:
        await world.net.fault("temp_ban", seconds=90, code=104)
        frame = await world.device.expect("temp_ban")
        assert (frame["code"], frame["expires_in_s"]) == (104, 90)
        assert await world.device.expect_close() == 4402
        moment += 60
        async with LinkedDevice(world.url, world.credentials) as again:
            assert (await again.expect("temp_ban"))["expires_in_s"] == 30
            assert await again.expect_close() == 4402
        moment += 31
        async with LinkedDevice(world.url, world.credentials) as again:
            await again.expect("connected")


async def test_a_dropped_connection_comes_back_with_the_same_credentials(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.fault("drop_connection")
        assert await world.device.expect_close() == 1012
        async with LinkedDevice(world.url, world.credentials) as again:
            await again.expect("connected")


@pytest.mark.parametrize(
    ("how", "frame", "close_code"),
    [("outdated", "outdated", 4405), ("connect_failure", "connect_failure", 4409), ("drop", None, 1012)],
)
async def test_a_login_can_be_refused_once(tmp_path, how, frame, close_code):
    async with linked_world(tmp_path) as world:
        await world.net.fault("refuse_login", how=how)
        async with LinkedDevice(world.url, world.credentials) as refused:
            if frame is not None:
                await refused.expect(frame)
            assert await refused.expect_close() == close_code
        async with LinkedDevice(world.url, world.credentials) as again:
            await again.expect("connected")


async def test_a_stream_error_says_its_code_and_closes(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.fault("stream_error", code=516)
        assert (await world.device.expect("stream_error"))["code"] == "516"
        assert await world.device.expect_close() == 4500


async def test_a_fifth_device_is_refused(tmp_path):
    async with serve_network(tmp_path) as server, WaNetworkClient(server.url) as net:
        for _ in range(4):
            await pair_device(server.url, lambda qr: net.scan(ACCOUNT, qr=qr))
        async with LinkedDevice(server.url) as fifth:
            await fifth.expect("qr")
            with pytest.raises(NetworkError, match="four devices"):
                await net.scan(ACCOUNT)


async def test_an_unknown_frame_is_passed_over(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.device.write("something_new", field=1)
        await world.device.write("ping")
        await world.device.expect("pong")


async def test_a_device_must_say_hello_first(tmp_path):
    async with (
        serve_network(tmp_path) as server,
        connect(server.url.replace("http", "ws") + "/link", proxy=None) as socket,
    ):
        await socket.send('{"t":"ping"}')
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1002
