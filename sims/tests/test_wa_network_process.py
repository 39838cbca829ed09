"""The network as its own process."""

import asyncio
import contextlib
import json
import signal
import socket
import sys

import httpx

from ispbot_sims.wa_network.client import WaNetworkClient


@contextlib.asynccontextmanager
async def started(data_dir, *options: str):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ispbot_sims.wa_network", "--port", str(port), "--data-dir", str(data_dir), *options
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(trust_env=False) as http, asyncio.timeout(20):
            while True:
                with contextlib.suppress(httpx.ConnectError):
                    (await http.get(f"{url}/healthz")).raise_for_status()
                    break
                await asyncio.sleep(0.05)
        yield url, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_it_starts_with_the_demos_people_and_stops_cleanly_on_sigterm(tmp_path):
    people = tmp_path / "people.json"
    people.write_text(json.dumps([{"number": "5493515550001", "name": "Nélida Correa", "story": "debe una factura"}]))
    async with started(tmp_path / "wa", "--contacts", str(people)) as (url, process):
        async with WaNetworkClient(url) as net:
            assert [(p["name"], p["story"]) for p in await net.get("/api/phones")] == [
                ("Nélida Correa", "debe una factura")
            ]
            assert [a["business_name"] for a in await net.accounts()] == ["Red Sur Internet"]
            await net.phone("5493515550001").say("justo antes de parar")
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    async with started(tmp_path / "wa") as (url, _), WaNetworkClient(url) as net:
        [message] = await net.phone("5493515550001").screen()
        assert message["content"]["text"] == "justo antes de parar"


async def test_what_was_written_a_moment_before_a_kill_is_still_there(tmp_path):
    async with started(tmp_path) as (url, process):
        async with WaNetworkClient(url) as net:
            await net.phone("5493515550001").say("antes del corte")
            async with asyncio.timeout(5):
                while (await net.stats())["unwritten"]:
                    await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
    async with started(tmp_path) as (url, _), WaNetworkClient(url) as net:
        assert [m["content"]["text"] for m in await net.phone("5493515550001").screen()] == ["antes del corte"]
