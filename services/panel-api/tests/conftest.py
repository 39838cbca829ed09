"""The real panel API on the real bus and database, served on a free port; neighbours are small responders."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from ispbot_contracts import ai, crm, crm_fields, crm_writes, notices, scheduler, tickets, whatsapp
from ispbot_contracts.common import Author, AuthorKind, Freshness, Money
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
from ispbot_runtime.errors import Refusal
from ispbot_runtime.health import Health
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import connect_database
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.service import Service
from ispbot_runtime.settings_store import SettingsStore, SettingsWatch
from ispbot_runtime.testing import TEST_KEY, eventually, free_port

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
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


def account(customer_id: str) -> crm.CustomerAccount:
    facts = {"service_id": "s1", "plan": "Fibra 100 Mbps", "price": None, "address": None, "node": "OLT-2"}
    service = crm.InternetService(**facts, connection=crm.Connection.ONLINE)
    return crm.CustomerAccount(
        customer_id=customer_id, number=customer_id, name="Nélida Correa", document="20111222", phones=["5493515550001"],
        email=None, address="Bv. San Juan 1420", position=None, status=crm.CustomerStatus.ACTIVE,
        balance=Money(amount=Decimal(18500)), unpaid_invoices=1, due_date=None, area_maintenance=False, services=[service],
    )  # fmt: skip


class Desk:
    """A stand-in for the neighbours: keeps tickets and lines, remembers what it was asked."""

    def __init__(self) -> None:
        self.tickets: dict[str, TicketView] = {}
        self.lines: dict[str, ArchivedMessage] = {}
        self.asked: list[Any] = []
        self.notices: dict[str, Any] = {}
        self.unreached: list[Any] = []
        self.accounts = ["10"]
        self.stale = False
        self.make_line: Any = None

    def add(self, ticket: TicketView) -> TicketView:
        self.tickets[ticket.ticket_id] = ticket
        return ticket

    def register(self, bus: Bus) -> None:
        answers: dict[Any, Any] = {
            tickets.GetTicket: lambda q: tickets.TicketFound(ticket=self._ticket(q.ticket_id)),
            tickets.ListTickets: self._list,
            tickets.ListMessages: lambda q: tickets.MessagePage(messages=list(self.lines.values()), next="1.m0"),
            tickets.GetMessage: self._message,
            tickets.PreviousTickets: lambda q: tickets.TicketList(tickets=[]),
            tickets.GetTicketStats: lambda q: tickets.TicketStats(
                pending=1, in_progress=2, closed_30d=9, opened_by_day=[0] * 14, oldest_waiting_since=NOW, open_chats=5
            ),
            tickets.ReplyToTicket: self._write,
            tickets.AddNote: self._write,
            crm.FindCustomers: lambda q: crm.CustomersFound(
                customers=[account(customer_id) for customer_id in self.accounts], freshness=Freshness(as_of=NOW)
            ),
            crm.GetAccount: lambda q: crm.AccountFound(
                account=account(q.customer_id), invoices=[], freshness=Freshness(as_of=NOW, stale=self.stale)
            ),
            scheduler.ListVisits: lambda q: scheduler.VisitList(visits=[]),
            ai.GetAiUsage: lambda q: ai.AiUsage(total=7, by_kind={"classification": 4, "summary": 3}, by_day=[7]),
            whatsapp.RestartSession: lambda q: whatsapp.Done(),
            whatsapp.UnlinkSession: lambda q: whatsapp.Done(),
            whatsapp.NewQr: lambda q: whatsapp.Done(),
            whatsapp.RequestPairCode: lambda q: whatsapp.PairCode(code="ABCD-EFGH"),
        }
        answers |= self._more()
        for action in (tickets.TakeTicket, tickets.TransferTicket, tickets.CloseTicket, tickets.MarkSeen):
            answers[action] = lambda q: tickets.TicketFound(ticket=self._ticket(q.ticket_id))
        for query, answer in answers.items():
            bus.answer(query, self._answering(answer))

    def _more(self) -> dict[Any, Any]:
        return {
            crm.GetCrmStatus: lambda q: crm.CrmStatus(
                vendor="mikrowisp", capabilities=[crm.Capability.BALANCE], healthy=True, reason=None
            ),
            crm.TestCrmConnection: lambda q: crm.ConnectionTest(ok=True, code="ok", message="Correcta", latency_ms=12),
            crm_fields.DetectCrmFields: lambda q: crm_fields.CrmFieldsDetected(
                ok=False, code="customer_not_found", message="No existe.", paths=[], proposed=None, reads=None
            ),
            crm_writes.GetRequestMeter: lambda q: crm_writes.RequestMeter(
                metered=True, period_from="2026-11-01", period_to="2026-11-28", used=10, allowance=100, level="ok",
                by_day=[{"day": "2026-11-01", "requests": 10}], by_operation={"customer": 10},
            ),
            notices.ListNotices: self._notices,
            notices.NoticesUnreached: lambda q: notices.UnreachedPage(
                rows=self.unreached[1:] if q.cursor else self.unreached[:1], next=None if q.cursor else "2"
            ),
            notices.GetNotice: lambda q: self._notice(q.notice_id),
            notices.RetryNotice: lambda q: self._notice(q.notice_id),
            notices.CancelNotice: lambda q: self._notice(q.notice_id),
            whatsapp.GetSendState: lambda q: whatsapp.SendState(
                light="amber", reason="Hay avisos en espera.", cold_used=3, cold_left=17, waiting_replies=0,
                waiting_notices=4, unconfirmed=0,
            ),
        }  # fmt: skip

    def _notices(self, query: Any) -> Any:
        rows = list(self.notices.values())
        counts = {state: sum(row.state is state for row in rows) for state in notices.NoticeState}
        return notices.NoticePage(
            rows=[row for row in rows if query.state in (None, row.state)], next=None, counts=counts
        )

    def _notice(self, notice_id: str) -> Any:
        if notice_id not in self.notices:
            raise Refusal("notice_not_found", "Ese aviso no existe.")
        step = notices.NoticeStep(at=NOW, state=notices.NoticeState.ACCEPTED, reason=None, text="Recibido")
        return notices.NoticeFound(notice=self.notices[notice_id], timeline=[step])

    def _answering(self, answer: Any) -> Any:
        async def handler(query: Any) -> Any:
            self.asked.append(query)
            return answer(query)

        return handler

    def asked_for(self, kind: Any) -> list[Any]:
        return [query for query in self.asked if isinstance(query, kind)]

    def _ticket(self, ticket_id: str) -> TicketView:
        if ticket_id not in self.tickets:
            raise Refusal("ticket_not_found", "Ese ticket no existe.")
        return self.tickets[ticket_id]

    def _message(self, query: Any) -> Any:
        line = self.lines[query.message_id]
        found = self.tickets.get(line.ticket_id or "")
        return tickets.MessageFound(message=line, open_ticket=found if found and found.status != "closed" else None)

    def _list(self, query: Any) -> Any:
        rows = [ticket for ticket in self.tickets.values() if ticket.status == query.view]
        return tickets.TicketPage(
            rows=rows, next=None, counts=tickets.QueueCounts(pending=len(rows), in_progress=0, mine=0)
        )

    def _write(self, query: Any) -> Any:
        content = query.content if isinstance(query, tickets.ReplyToTicket) else TextContent(text=query.text)
        author = Author(kind=AuthorKind.AGENT, id=query.agent.id, name=query.agent.name)
        line = self.make_line(
            client_id=query.client_id, content=content, author=author, direction="out", status="queued"
        )
        return tickets.MessageWritten(message=line)


@pytest.fixture
async def desk(bus: Bus, make_line) -> Desk:
    """Return the neighbours, answering on the bus."""
    desk = Desk()
    desk.make_line = make_line
    desk.register(bus)
    await bus.start()
    return desk
