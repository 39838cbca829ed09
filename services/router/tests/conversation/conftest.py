"""The router on the real bus and database, a clock that the test moves, and customers' phones."""

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ispbot_contracts.common import LatLng, Money
from ispbot_contracts.content import Content, LocationContent, MediaContent, MediaInfo, TextContent, text_of
from ispbot_contracts.settings import (
    AgentGroup,
    BotSettings,
    CompanySettings,
    NotificationSettings,
    NotifyGroup,
    OpeningHours,
    PaymentSettings,
    Plan,
    PlansSettings,
    Promotion,
    PromotionsSettings,
    TransferAccount,
    Zone,
    ZonesSettings,
)  # fmt: skip
from ispbot_contracts.tickets import OpenTicket
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_router.desk import SECTIONS, Desk
from ispbot_router.handlers.receive_message import receive_message
from ispbot_router.neighbours import Agenda, Crm
from ispbot_router.store import Sessions
from ispbot_runtime.testing import eventually

sys.path.insert(0, str(Path(__file__).parent))  # the events beside the tests


def pesos(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def square(south: float) -> list[LatLng]:
    west, east, north = -64.20, -64.17, south + 0.03
    return [
        LatLng(lat=south, lng=west),
        LatLng(lat=south, lng=east),
        LatLng(lat=north, lng=east),
        LatLng(lat=north, lng=west),
    ]


@dataclass
class World:
    """The router with everything around it and a clock that the test moves."""

    desk: Desk
    sessions: Sessions
    around: Any
    settings_store: Any
    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def later(self, **span) -> None:
        self.moment += timedelta(**span)

    async def set(self, section) -> None:
        """Change a settings section and wait until it is in force."""
        stored = await self.settings_store.read(type(section))
        await self.settings_store.write(section, revision=stored.revision)
        await eventually(lambda: self.desk.settings(type(section)) == section)

    async def use_system(self, source: str) -> None:
        """Let another management system be in use."""
        self.around.source = source
        await self.desk.crm.refresh()

    def phone(self, contact: str = "c1", number: str | None = "5493515550001", name: str | None = None) -> "Phone":
        return Phone(self, contact, number, name)


@dataclass
class Phone:
    """A customer's phone: writes, and keeps what came back."""

    world: World
    contact: str
    number: str | None
    name: str | None
    sent: int = 0
    outputs: list = field(default_factory=list)
    last: MessageReceived | None = None

    def message(self, content: Content | str, **changes) -> MessageReceived:
        self.sent += 1
        content = TextContent(text=content) if isinstance(content, str) else content
        fields = {
            "contact_id": self.contact, "chat_kind": "direct", "chat": f"{self.contact}@lid", "wa_id": str(self.sent), "from_me": False,
            "phone": self.number, "push_name": self.name, "sent_at": self.world.now(), "content": content,
        }  # fmt: skip
        return MessageReceived.start(f"{self.contact}-{self.sent}", occurred_at=self.world.now(), **(fields | changes))

    async def deliver(self, message: MessageReceived) -> list[str]:
        self.last = message
        self.outputs = list(await receive_message(message, desk=self.world.desk, sessions=self.world.sessions))
        return self.texts

    async def writes(self, *texts: str) -> list[str]:
        """Write one after the other; returns what the last one was answered."""
        for text in texts:
            await self.deliver(self.message(text))
        return self.texts

    async def sends(self, content: Content, **changes) -> list[str]:
        return await self.deliver(self.message(content, **changes))

    async def sends_place(self, place: str) -> list[str]:
        return await self.sends(LocationContent(position=self.world.around.places[place]))

    async def sends_file(self, kind: str = "image", caption: str | None = None) -> list[str]:
        return await self.sends(MediaContent(kind=kind, media=MediaInfo(mime="image/jpeg"), caption=caption))

    @property
    def replies(self) -> list[SendMessage]:
        return [output for output in self.outputs if isinstance(output, SendMessage) and output.group is None]

    @property
    def texts(self) -> list[str]:
        return [text_of(reply.content) for reply in self.replies]

    @property
    def tickets(self) -> list[OpenTicket]:
        return [output for output in self.outputs if isinstance(output, OpenTicket)]

    @property
    def notices(self) -> list[SendMessage]:
        return [output for output in self.outputs if isinstance(output, SendMessage) and output.group is not None]

    async def session(self):
        return await self.world.sessions.find(self.contact)


SETTINGS = (
    CompanySettings(
        name="Red Sur Internet", timezone="America/Argentina/Cordoba", default_area_code="351",
        hours=[OpeningHours(weekday=day, opens=time(9), closes=time(18)) for day in range(5)]
        + [OpeningHours(weekday=5, opens=time(9), closes=time(13))],
    ),
    BotSettings(speed_test_url="https://test.redsur.example", reply_budget=60, same_reply_max=10),
    ZonesSettings(zones=[
        Zone(zone_id="centro", name="Centro", perimeter=square(-31.43), technician_id="leandro"),
        Zone(zone_id="norte", name="Zona Norte", perimeter=square(-31.40)),
        Zone(zone_id="sur", name="Zona Sur", perimeter=square(-31.46), offers_service=False),
    ]),
    PaymentSettings(accounts=[TransferAccount(holder="Red Sur S.R.L.", alias="red.sur.pagos", cbu="0000003100010000000001", bank="Banco Sur")], other_means="Efectivo en Av. Colón 100, de 9 a 18."),
    PlansSettings(plans=[
        Plan(plan_id="f100", name="Fibra 100", down_mbps=Decimal(100), up_mbps=Decimal(50), price=pesos("25000"), benefits=["Instalación sin cargo"]),
        Plan(plan_id="old", name="Cobre 6", down_mbps=Decimal(6), price=pesos("9000"), offered=False),
    ]),
    PromotionsSettings(promotions=[
        Promotion(promotion_id="now", title="50 % por 3 meses", description="En planes de fibra.", valid_from=date(2026, 11, 1), valid_to=date(2026, 11, 24)),
        Promotion(promotion_id="past", title="Promo vieja", description="Ya no.", valid_to=date(2026, 11, 23)),
    ]),
    NotificationSettings(
        support=NotifyGroup(address="111@g.us", name="Soporte"), sales=NotifyGroup(address="222@g.us", name="Ventas"),
        agents=[AgentGroup(agent_id="a1", group=NotifyGroup(address="333@g.us", name="Bruno"))],
    ),
)  # fmt: skip


@pytest.fixture
async def world(around, make_bus, database, settings_store, start_watch) -> AsyncIterator[World]:
    bus = await make_bus("router")
    for section in SETTINGS:
        await settings_store.write(section, revision=0)
    watch = await start_watch(*SECTIONS)
    crm = Crm(bus)
    await crm.refresh()
    desk = Desk(watch=watch, crm=crm, agenda=Agenda(bus))
    made = World(
        desk=desk, sessions=Sessions(database), around=around, settings_store=settings_store, moment=around.now()
    )
    desk.now = made.now
    around.now = made.now
    yield made
    for held in made.sessions._written.values():  # what is held is what another process would read
        stored = await database["sessions"].find_one({"_id": held.session.contact_id})
        if stored["version"] == held.document["version"]:
            assert await Sessions(database).find(held.session.contact_id) == held.session
