"""The real panel API on the real bus and database, served on a free port; neighbours are small responders."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.settings import AttentionSettings, CompanySettings, OperationSettings, ZonesSettings
from ispbot_contracts.tickets import ArchivedMessage, TicketView
from ispbot_panel_api.auth.passwords import Passwords
from ispbot_panel_api.bootstrap import bootstrap
from ispbot_panel_api.live.models import LiveFrame
from ispbot_panel_api.permissions import Role
from ispbot_panel_api.settings import PanelSettings
from ispbot_panel_api.web.cookies import NAME
from ispbot_runtime.bus import Bus
from ispbot_runtime.health import Health
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import connect_database
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.service import Service
from ispbot_runtime.settings_store import SettingsStore, SettingsWatch
from ispbot_runtime.testing import TEST_KEY, eventually, free_port

sys.path.insert(0, str(Path(__file__).parent))  # the neighbours' world beside the tests
from desk_world import NOW, Desk

FRAMES = TypeAdapter(LiveFrame)


@dataclass
class Live:
    """A browser's live socket; every frame is checked against the published model."""

    socket: ClientConnection
    cursor: str | None = None

    async def next(
        self, *, skip: tuple[str, ...] = ("whatsapp", "mode", "counts", "presence", "health")
    ) -> dict[str, Any]:
        """Return the next frame that is not a state to skip."""
        while True:
            raw = await asyncio.wait_for(self.socket.recv(), 10)
            frame = FRAMES.validate_json(raw).model_dump(mode="json")
            self.cursor = frame["cursor"] or self.cursor
            if frame["type"] not in skip:
                return frame

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the next frame of a type."""
        while True:
            frame = await self.next(skip=())
            if frame["type"] == kind:
                return frame


@dataclass
class Panel:
    """A running panel API."""

    port: int
    service: Service

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def parts(self) -> Any:
        return self.service.app._app.state.parts

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        """Return a browser: it sends Origin as browsers do."""
        cookies = {NAME: token} if token else None
        return httpx.AsyncClient(base_url=self.url, cookies=cookies, headers={"Origin": self.url, **headers})

    async def enrol(self, role: Role | str, *departments: str, name: str = "Ana", username: str | None = None) -> Any:
        """Create an account with a session, without the cost of a password; returns (user, token)."""
        user = await self.parts.users.insert(
            username=username or f"u{secrets.token_hex(4)}", name=name, role=Role(role),
            departments=list(departments), password_hash="none",
        )  # fmt: skip
        await self.parts.users.change(user, must_change_password=False)
        user = await self.parts.users.get(user.id)
        begun = await self.parts.sessions.begin(user, remember=False, address="127.0.0.1", agent="test")
        return user, begun.token

    @asynccontextmanager
    async def live(self, token: str, since: str | None = None, origin: str | None = None) -> AsyncIterator[Live]:
        address = f"ws://127.0.0.1:{self.port}/api/live" + (f"?since={since}" if since is not None else "")
        headers = {"Cookie": f"{NAME}={token}", "Origin": origin or self.url}
        async with connect(address, additional_headers=headers) as socket:
            yield Live(socket)


@asynccontextmanager
async def running_panel(config: PanelSettings) -> AsyncIterator[Panel]:
    bus = Bus(config, "panel-api")
    client, database = connect_database(config, "panel-api")
    store = SettingsStore(bus, Cipher(TEST_KEY))
    service = Service(
        name="panel-api", config=config, bus=bus, database=database, settings=store, watch=SettingsWatch(store, bus),
        media=MediaStore(bus), health=Health("panel-api"),
    )  # fmt: skip
    await bus.connect()
    await service.watch.start(CompanySettings, OperationSettings, AttentionSettings, ZonesSettings)
    await bootstrap(service)
    await bus.start()
    service.health.started = True
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            service.app, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )  # fmt: skip
    serving = asyncio.create_task(server._serve())
    await eventually(lambda: server.started)
    try:
        yield Panel(port, service)
    finally:
        server.should_exit = True
        await serving
        for drainer in service._drainers:
            await drainer()
        for task in tuple(service._tasks):
            task.cancel()
        await asyncio.gather(*service._tasks, return_exceptions=True)
        await service.watch.stop()
        if bus.connected:
            await bus.stop()
        await client.close()


@pytest.fixture
def panel_config(config, tmp_path: Path) -> PanelSettings:
    return PanelSettings(**config.model_dump(), panel_dist=tmp_path / "dist")


@pytest.fixture
async def start_panel(panel_config, monkeypatch):
    """Return a function that starts one more process-like panel API on the same world; Argon2 with little memory."""
    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr("ispbot_panel_api.bootstrap.Passwords", lambda: Passwords(cheap))
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Panel:
            return await stack.enter_async_context(running_panel(panel_config.model_copy(update=changes)))

        yield start


@pytest.fixture
async def panel(start_panel) -> Panel:
    return await start_panel()


@pytest.fixture
def make_ticket():
    """Return a function that makes tickets as the tickets service shows them."""

    def make(ticket_id: str = "t1", **changes: Any) -> TicketView:
        fields: dict[str, Any] = {
            "ticket_id": ticket_id, "number": 4300, "version": 1, "status": "pending", "area": "support", "department": "soporte",
            "contact_id": f"c{ticket_id}", "customer": None, "customer_name": "Nélida Correa", "phone": "5493515550001",
            "reason": "Sin servicio", "summary": None, "opened_at": NOW, "waiting_since": NOW, "assignee": None, "zone_id": None,
            "zone_name": None, "unread": 1, "last_message_at": NOW, "preview": "Hola", "preview_author": None, "closed_at": None,
            "closed_by": None, "close_comment": None,
        }  # fmt: skip
        return TicketView(**fields | changes)

    return make


@pytest.fixture
def make_line():
    """Return a function that makes lines of a conversation."""

    def make(message_id: str = "m1", **changes: Any) -> ArchivedMessage:
        fields: dict[str, Any] = {
            "message_id": message_id, "contact_id": "ct1", "seq": 1, "version": 1, "at": NOW, "kind": "message", "direction": "in",
            "author": Author(kind=AuthorKind.CUSTOMER, name="Nélida"), "content": TextContent(text="Hola"), "wa_id": "w1",
            "quoted": None, "reactions": [], "edited": False, "deleted": False, "media_state": "none", "media_failure": None,
            "status": None, "failure": None, "ticket_id": "t1", "client_id": None,
        }  # fmt: skip
        return ArchivedMessage(**fields | changes)

    return make


@pytest.fixture
async def desk(bus: Bus, make_line) -> Desk:
    """Return the neighbours, answering on the bus."""
    desk = Desk()
    desk.make_line = make_line
    desk.register(bus)
    await bus.start()
    return desk
