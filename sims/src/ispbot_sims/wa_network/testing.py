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
    listening = socket.create_server(("127.0.0.1", 0))
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
