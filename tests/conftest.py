"""One real deployment for the whole-system tests: real processes, started as a newcomer starts them."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright, expect

from ispbot_launcher.running import Running, start
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient
from tests.staff import Panel, administrator

PATIENCE_MS = 30_000
"""How long a screen may take on a machine that runs other tests beside; what never comes fails all the same."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with start(tmp_path_factory.mktemp("deployment")) as deployment:
        yield deployment


@pytest.fixture
async def net(running: Running) -> AsyncIterator[WaNetworkClient]:
    async with WaNetworkClient(running.phone_url) as network:
        yield network


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
    expect.set_options(timeout=PATIENCE_MS)
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
