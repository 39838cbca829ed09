"""One real deployment for the whole-system tests: real processes, started as a newcomer starts them."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from ispbot_launcher.running import Running, start
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

PASSWORD = "Una-clave-larga-7"


class Panel:
    """A member of the staff at the panel's API."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=20, trust_env=False)

    async def login(self, username: str, password: str) -> httpx.Response:
        return await self.http.post("/api/login", json={"username": username, "password": password, "remember": False})

    async def get(self, path: str, **params):
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def send(self, method: str, path: str, body=None, *, expect: int = 200):
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code in {expect, 204}, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def set_mode(self, mode: str) -> None:
        now = await self.get("/api/mode")
        await self.send("PUT", "/api/mode", {"mode": mode, "revision": now["revision"]})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start(tmp_path_factory.mktemp("deployment")) as deployment:
        yield deployment


@pytest.fixture
async def net(running: Running) -> AsyncIterator[WaNetworkClient]:
    async with WaNetworkClient(running.phone_url) as network:
        yield network


async def administrator(running: Running) -> Panel:
    """Log in as admin; the first time with the first password, which must then be changed."""
    panel = Panel(running.panel_url)
    if (await panel.login("admin", PASSWORD)).status_code == 200:
        return panel
    assert (await panel.login("admin", "admin")).status_code == 200
    await panel.send("POST", "/api/password", {"current": "admin", "new": PASSWORD})
    return panel


@pytest.fixture
async def admin(running: Running) -> AsyncIterator[Panel]:
    panel = await administrator(running)
    yield panel
    await panel.http.aclose()


@pytest.fixture
async def linked(running: Running, net: WaNetworkClient, admin: Panel) -> WaNetworkClient:
    """The network with the company's number linked and the bot in COMPLETE mode."""
    await link(net)
    async with asyncio.timeout(20):
        while (await admin.get("/api/whatsapp"))["state"] != "connected":
            await asyncio.sleep(0.1)
    await admin.set_mode("COMPLETE")
    return net


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = os.environ.get("ISPBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium found: ./ispbot test installs it"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=path,
            args=[
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--force-color-profile=srgb",
                "--font-render-hinting=none",
            ],
        )
        yield chromium
        await chromium.close()
