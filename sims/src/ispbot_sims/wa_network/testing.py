"""A real network server inside a test: ``async with serve_network(tmp_path) as server``."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from ispbot_sims.wa_network.app import build_app
from ispbot_sims.wa_network.client import LinkedDevice, WaNetworkClient, pair_device
from ispbot_sims.wa_network.core.entities import Json
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.core.state import Clock

ACCOUNT = "5493515550100"


@dataclass(frozen=True)
class RunningNetwork:
    """A served network and its address."""

    url: str
    network: Network


@contextlib.asynccontextmanager
async def serve_network(
    data_dir: Path, *, qr_speed: float = 1.0, clock: Clock = time.time, account: str | None = ACCOUNT
) -> AsyncIterator[RunningNetwork]:
    """Serve a network on a free port of loopback until the block ends; the same ``data_dir`` continues it later."""
    network = Network(data_dir, qr_speed=qr_speed, clock=clock)
    if account is not None and account not in network.state.accounts:
        network.pairing.open_account(account, business=True, platform=None, name="Red Sur Internet")
    # With the protocol named, asyncio turns Nagle's algorithm off; without it every answer may wait 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(
        uvicorn.Config(build_app(network), log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=2)
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="wa-network")
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield RunningNetwork(url, network)
    finally:
        server.should_exit = True
        await serving
        listening.close()


@dataclass(frozen=True)
class World:
    """A network with a linked, connected device."""

    url: str
    network: Network
    net: WaNetworkClient
    device: LinkedDevice
    credentials: Json


@contextlib.asynccontextmanager
async def linked_world(data_dir: Path, *, auto_take: bool = True, clock: Clock = time.time) -> AsyncIterator[World]:
    """Serve a network and link a device to its account."""
    async with serve_network(data_dir, clock=clock) as server, WaNetworkClient(server.url) as net:
        credentials = await pair_device(server.url, lambda qr: net.scan(ACCOUNT, qr=qr))
        async with LinkedDevice(server.url, credentials, auto_take=auto_take) as device:
            await device.expect("offline_done")
            yield World(server.url, server.network, net, device, credentials)
