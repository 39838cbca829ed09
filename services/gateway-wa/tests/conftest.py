"""A gateway in the test's own process, on the real bus, the real database and the real simulated network."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from nats.js.errors import KeyNotFoundError

from ispbot_contracts.base import Message, derive_id, utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.settings import CompanySettings, SendingSettings
from ispbot_contracts.streams import SESSION_BUCKET
from ispbot_contracts.whatsapp import SendMessage, SessionState, SessionStatus
from ispbot_gateway_wa.adapters.simulated.transport import SimulatedTransport
from ispbot_gateway_wa.bootstrap import INDEXES
from ispbot_gateway_wa.gateway import Gateway
from ispbot_runtime.bus import Bus
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database, ensure_indexes
from ispbot_runtime.settings_store import SettingsStore
from ispbot_runtime.testing import eventually
from ispbot_sims.wa_network.client import WaNetworkClient
from ispbot_sims.wa_network.testing import RunningNetwork, serve_network

sys.path.insert(0, str(Path(__file__).parent))  # the rigs beside the tests

EventT = TypeVar("EventT", bound=Message)
SECOND_S = 1.0
FAST = SendingSettings(show_typing=False, max_per_second=1000, notices_per_minute=6000, quiet_hours=False)
"""No pauses, and the same at every hour of the day."""


@dataclass
class World:
    """What a test holds."""

    bus: Bus
    database: Database
    media: MediaStore
    settings: SettingsStore
    net: WaNetworkClient
    server: RunningNetwork
    events: dict[str, list[bytes]] = field(default_factory=dict)
    sequence: list[tuple[str, bytes]] = field(default_factory=list)
    """Every event, in the stream's order."""

    def all(self, kind: type[EventT]) -> list[EventT]:
        """Every event of a kind so far, in the stream's order."""
        return [kind.model_validate_json(body) for body in self.events.get(kind.name, [])]

    async def event(self, kind: type[EventT], number: int = 1, *, timeout_s: float = 10.0) -> EventT:
        """Wait for the n-th event of a kind."""
        await eventually(lambda: len(self.events.get(kind.name, [])) >= number, timeout_s=timeout_s)
        return self.all(kind)[number - 1]

    async def status(self) -> SessionStatus | None:
        bucket = await self.bus.js.key_value(SESSION_BUCKET)
        try:
            return SessionStatus.model_validate_json((await bucket.get("main")).value)
        except KeyNotFoundError:
            return None

    async def state(self, wanted: SessionState, *, timeout_s: float = 10.0) -> SessionStatus:
        """Wait until the link's published state is ``wanted``."""
        found: list[SessionStatus] = []

        async def there() -> bool:
            status = await self.status()
            if status is not None and status.state is wanted:
                found.append(status)
                return True
            return False

        await eventually(there, timeout_s=timeout_s)
        return found[-1]

    async def pair(self, **scan: Any) -> SessionStatus:
        """Scan the code that is shown and wait until the link is up."""
        await self.state(SessionState.QR, timeout_s=30)  # a process may still be starting
        await self.net.scan(**scan)
        return await self.state(SessionState.CONNECTED)

    async def send(self, contact_id: str, content: Any = "hola", **fields: Any) -> SendMessage:
        """Ask the gateway to send, as the router does."""
        command = SendMessage.start(
            fields.pop("id", derive_id("test", contact_id, str(utc_now().timestamp()))), contact_id=contact_id,
            content=TextContent(text=content) if isinstance(content, str) else content,
            author=fields.pop("author", Author(kind=AuthorKind.BOT)), **fields,
        )  # fmt: skip
        await self.bus.publish(command)
        return command


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[RunningNetwork]:
    async with serve_network(tmp_path / "network", qr_speed=1.0) as server:
        yield server


@pytest.fixture
async def world(
    make_bus: Callable, database: Database, network: RunningNetwork, settings_store: SettingsStore
) -> AsyncIterator[World]:
    bus = await make_bus("observer")
    await bus.start()
    await settings_store.write(FAST, revision=0)
    await ensure_indexes(database, INDEXES)
    async with WaNetworkClient(network.url) as net:
        world = World(bus, database, MediaStore(bus), settings_store, net, network)
        subscription = await bus.js.subscribe("wa.evt.>", stream="WA", ordered_consumer=True)

        async def collect() -> None:
            async for msg in subscription.messages:
                name = msg.subject.split(".")[2]
                world.events.setdefault(name, []).append(msg.data)
                world.sequence.append((name, msg.data))

        task = asyncio.create_task(collect())
        yield world
        task.cancel()
        await subscription.unsubscribe()


@pytest.fixture
async def start_gateway(
    world: World, make_bus: Callable, start_watch: Callable, tmp_path: Path
) -> AsyncIterator[Callable[..., Any]]:
    started: list[tuple[Gateway, asyncio.Task[None]]] = []

    async def start(folder: str = "device", **changes: Any) -> Gateway:
        bus = await make_bus("gateway-wa")
        await bus.start()
        gateway = Gateway(
            bus=bus, database=world.database, media=MediaStore(bus),
            watch=await start_watch(SendingSettings, CompanySettings),
            make_transport=lambda: SimulatedTransport(world.server.url, tmp_path / folder),
            media_max_bytes=changes.get("media_max_bytes", 1024 * 1024),
            spool_folder=tmp_path / "spool",
        )  # fmt: skip
        started.append((gateway, gateway.start()))
        return gateway

    yield start
    for gateway, task in started:
        await gateway.stop()
        if not task.cancelled():
            task.result()


@pytest.fixture
async def gateway(start_gateway: Callable) -> Gateway:
    return await start_gateway()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "qr_speed: divides the lifetime of the simulated network's codes")
