"""The demo provider on a free loopback port, for tests."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import uvicorn

from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.isp.ispcube.account import Credentials
from ispbot_sims.isp.model import DemoIsp
from ispbot_sims.isp.server import DEFAULT_CREDENTIALS, DEFAULT_TOKEN, build_app, server_config


@dataclass(frozen=True)
class RunningIsp:
    """A served provider: its address, MikroWisp's token, ISPCube's credentials (ISPBrain's too) and the model."""

    url: str
    token: str
    credentials: Credentials
    isp: DemoIsp


@asynccontextmanager
async def running_isp(
    today: date, *, generated: int = 40, radius_online: bool = False, token: str = DEFAULT_TOKEN,
    credentials: Credentials = DEFAULT_CREDENTIALS,
) -> AsyncIterator[RunningIsp]:  # fmt: skip
    """Serve the provider in this event loop until the block ends."""
    isp = demo_isp(today, generated=generated)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        app = build_app(isp, token=token, credentials=credentials, radius_online=radius_online)
        config = server_config(app, host="127.0.0.1", port=port)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        # Neither serve() nor shutdown(): they pause for 100 ms each time, and hundreds of tests would wait for that.
        await server.startup(sockets=[listening])
        try:
            yield RunningIsp(f"http://127.0.0.1:{port}", token, credentials, isp)
        finally:
            _stop(server)


def _stop(server: uvicorn.Server) -> None:
    for listener in server.servers:
        listener.close()
    for connection in tuple(server.server_state.connections):
        connection.shutdown()
    for task in tuple(server.server_state.tasks):  # answers that a fault holds back
        task.cancel()
