"""The same handles on both transports: what WhatsApp does to the link, whatever stands in for WhatsApp."""

import asyncio
import contextlib
import hashlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from neonize.proto import Neonize_pb2 as pb
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import FakeGo, info, jid, message_event, running_session, session_file, source

from ispbot_gateway_wa.adapters.neonize.store import SqliteStore
from ispbot_gateway_wa.adapters.neonize.transport import NeonizeTransport
from ispbot_gateway_wa.adapters.simulated.transport import SimulatedTransport
from ispbot_gateway_wa.domain.link import Link
from ispbot_gateway_wa.ports import GroupSeen, MessageIn, ReceiptIn, Skipped, TypingIn, WhatsAppTransport
from ispbot_gateway_wa.session import Session
from ispbot_runtime.testing import eventually
from ispbot_sims.wa_network.client import WaNetworkClient
from ispbot_sims.wa_network.testing import serve_network

PHONE = "5493515550001"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


class Rig(Protocol):
    transport: WhatsAppTransport

    async def scan(self, *, platform: str = "smba") -> None: ...
    async def say(self, text: str) -> str: ...
    async def picture(self, data: bytes) -> None: ...
    async def drop(self) -> None: ...
    async def unlink_on_phone(self) -> None: ...
    async def replace(self) -> None: ...
    async def ban(self, seconds: int) -> None: ...
    async def refuse_next(self, code: int) -> None: ...
    async def end_codes(self) -> None: ...
    async def go_deaf(self) -> None: ...
    def received(self) -> list[str]: ...


class SimulatedRig:
    """The real network server of the stand-in."""

    def __init__(self, net: WaNetworkClient, transport: SimulatedTransport) -> None:
        self.net = net
        self.transport = transport
        self.phone = net.phone(PHONE)

    async def scan(self, *, platform: str = "smba") -> None:
        await self.net.scan(platform=platform, business=platform.startswith("smb"))

    async def say(self, text: str) -> str:
        return await self.phone.say(text)

    async def picture(self, data: bytes) -> None:
        await self.phone.send_file(data, "image/png", kind="image", caption="foto")

    async def drop(self) -> None:
        await self.net.fault("drop_connection")

    async def unlink_on_phone(self) -> None:
        await self.net.fault("unlink")

    async def replace(self) -> None:
        await self.net.fault("replace")

    async def ban(self, seconds: int) -> None:
        await self.net.fault("temp_ban", seconds=seconds)

    async def refuse_next(self, code: int) -> None:
        await self.net.fault("ack_error", code=code)

    async def go_deaf(self) -> None:
        await self.net.fault("zombie")

    async def end_codes(self) -> None:
        """They end by themselves: the network's clock runs fast here."""

    def received(self) -> list[str]:
        return [seen.text for seen in self.phone.inbox]


class NeonizeRig:
    """The real library, its Go functions stood in for."""

    def __init__(self, go: FakeGo, transport: NeonizeTransport) -> None:
        self.go = go
        self.transport = transport
        self.paired = False
        self._watcher = asyncio.create_task(self._play_whatsapp())
        self._numbers = itertools.count()
        self._deaf: Any = None
        self._withheld: list[pb.Message] = []

    async def _play_whatsapp(self) -> None:
        """What the network does at every connect: codes for a new device, a login for a linked one."""
        served = 0
        while True:
            session = await running_session(self.go, served + 1)
            served += 1
            if self.paired:
                self.login(session)
            else:
                session.show_qr(f"https://wa.me/settings/linked_devices#2@{served}")

    def login(self, session: Any) -> None:
        session.was_connected = True
        self.go.connected = True
        session.tell(pb.Connected(status=True))
        withheld, self._withheld = self._withheld, []
        for event in withheld:
            session.tell(event)
        session.tell(pb.OfflineSyncCompleted(Count=len(withheld)))

    async def scan(self, *, platform: str = "smba") -> None:
        self.go.device.Platform = platform
        self.go.device.BussinessName = "Red Sur" if platform.startswith("smb") else ""
        self.paired = True
        self.go.session.login_status("success")
        self.login(self.go.session)

    def _where(self, **changes: Any) -> pb.MessageSource:
        lid = jid("111", "lid")
        return source(lid, lid, jid(PHONE, "s.whatsapp.net"), **changes)

    async def say(self, text: str) -> str:
        message_id = f"AC{next(self._numbers):06}"
        event = message_event(info(message_id, self._where()), e2e.Message(conversation=text))
        if self._deaf is self.go.session:
            self._withheld.append(event)
        else:
            self.go.session.tell(event)
        return message_id

    async def picture(self, data: bytes) -> None:
        key = hashlib.sha256(data).digest()
        self.go.files[key] = data
        image = e2e.ImageMessage(
            mimetype="image/png",
            caption="foto",
            mediaKey=key,
            fileSHA256=hashlib.sha256(data).digest(),
            fileLength=len(data),
        )
        self.go.session.tell(message_event(info("IMG1", self._where()), e2e.Message(imageMessage=image)))

    async def drop(self) -> None:
        session = self.go.session
        session.tell(pb.Disconnected(status=True))
        await eventually(lambda: True)
        session.tell(pb.Connected(status=True))

    async def unlink_on_phone(self) -> None:
        self.paired = False
        self.go.session.tell(pb.LoggedOut(OnConnect=False, Reason=pb.LOGGED_OUT))

    async def replace(self) -> None:
        self.go.session.tell(pb.StreamReplaced())

    async def ban(self, seconds: int) -> None:
        self.go.session.tell(pb.TemporaryBan(Code=pb.TemporaryBan.SEND_TO_TOO_MANY_PEOPLE, Expire=seconds))

    async def refuse_next(self, code: int) -> None:
        self.go.send_error = f"server returned error {code}"

    async def go_deaf(self) -> None:
        self._deaf = self.go.session

    async def end_codes(self) -> None:
        self.go.session.login_status("timeout")

    def received(self) -> list[str]:
        return [message.extendedTextMessage.text for _, message in self.go.sent]

    async def close(self) -> None:
        self._watcher.cancel()
        for session in self.go.sessions:
            session.ended.set()
        assert self.go.violations == []


@contextlib.asynccontextmanager
async def simulated_rig(folder: Path, *, qr_speed: float) -> AsyncIterator[SimulatedRig]:
    async with serve_network(folder / "network", qr_speed=qr_speed) as server, WaNetworkClient(server.url) as net:
        yield SimulatedRig(net, SimulatedTransport(server.url, folder / "device"))


@contextlib.asynccontextmanager
async def neonize_rig(folder: Path) -> AsyncIterator[NeonizeRig]:
    go = FakeGo()
    rig = NeonizeRig(go, NeonizeTransport(SqliteStore(session_file(folder)), secret=b"secret", gocode=go))
    try:
        yield rig
    finally:
        await rig.close()


class Line:
    """A session over a transport, with everything that arrives kept in order."""

    def __init__(self, rig: Any) -> None:
        self.rig = rig
        self.states: list[Link] = []
        self.arrivals: list[Any] = []
        self.session = Session(rig.transport, publish=self.states.append)
        self._tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self.session.watch())]

    async def _pump(self) -> None:
        while True:
            event = await self.rig.transport.next_event()
            if isinstance(event, MessageIn | ReceiptIn | TypingIn | GroupSeen | Skipped):
                self.arrivals.append(event)
            else:
                self.session.heard(event)

    @property
    def messages(self) -> list[MessageIn]:
        return [arrival for arrival in self.arrivals if isinstance(arrival, MessageIn)]

    async def until(self, state: Any, *, reason: str | None = None, timeout_s: float = 8.0) -> Link:
        await eventually(
            lambda: self.session.link.state is state and (reason is None or self.session.link.reason == reason),
            timeout_s=timeout_s,
        )
        return self.session.link

    async def close(self) -> None:
        await self.session.stop()
        await self.rig.transport.shutdown()
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results), results
