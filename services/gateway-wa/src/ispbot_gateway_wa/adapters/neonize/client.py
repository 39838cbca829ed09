"""One ``NewAClient`` from connect to stop, with the library's sharp edges filed off (facts: neonize, section 11)."""

import asyncio
import ctypes
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from neonize.aioze import events as library_events
from neonize.aioze.client import NewAClient
from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps

from ispbot_gateway_wa.adapters.neonize.ffi import Ffi
from ispbot_gateway_wa.adapters.neonize.vendor import (
    ChatPresenceEv,
    ClientOutdatedEv,
    ConnectedEv,
    ConnectFailureEv,
    DisconnectedEv,
    JoinedGroupEv,
    KeepAliveTimeoutEv,
    LoggedOutEv,
    MessageEv,
    OfflineSyncCompletedEv,
    PairStatusEv,
    Proto,
    ReceiptEv,
    StreamErrorEv,
    StreamReplacedEv,
    TemporaryBanEv,
    UndecryptableMessageEv,
)

_DEVICE_NAME = "ISPBot"
_GRACE_S = 0.5
"""How long a connect is left alone when nothing is heard of it: it writes the library's table of sessions."""
_EVENTS: tuple[type[Proto], ...] = (
    ChatPresenceEv, ClientOutdatedEv, ConnectedEv, ConnectFailureEv, DisconnectedEv, JoinedGroupEv,
    KeepAliveTimeoutEv, LoggedOutEv, MessageEv, OfflineSyncCompletedEv, PairStatusEv, ReceiptEv,
    StreamErrorEv, StreamReplacedEv, TemporaryBanEv, UndecryptableMessageEv,
)  # fmt: skip


class Heard:
    """What a client reports: a library event, a QR text, a login status, or the end of its event pump."""

    __slots__ = ("ended", "event", "login", "qr")

    def __init__(
        self, *, event: Proto | None = None, qr: str | None = None, login: str | None = None, ended: str | None = None
    ) -> None:
        self.event = event
        self.qr = qr
        self.login = login
        self.ended = ended


class Client:
    """A session in the library, used once."""

    def __init__(self, name: str, ffi: Ffi, hear: Callable[["Client", Heard], None]) -> None:
        self._ffi = ffi
        self._hear = hear
        self._something_heard = asyncio.Event()
        self._stopped = False
        props = DeviceProps(os=_DEVICE_NAME, platformType=DeviceProps.CHROME)
        # the id is the key of the library's table: the finaliser of an old client must never stop its successor
        self.library = NewAClient(name, props=props, uuid=f"ispbot-{secrets.token_hex(8)}")
        self.library._stop_finalizer.detach()  # noqa: SLF001 - we stop it ourselves, once
        # the library's own caller would hang the exit, and it drops the login status: its own names for both
        setattr(self.library, "_NewAClient__client", ffi)  # noqa: B010
        setattr(self.library, "_NewAClient__onLoginStatus", self._login_status)  # noqa: B010
        self.library.event.qr(self._qr)
        for kind in _EVENTS:
            self.library.event(kind)(self._event)

    async def connect(self) -> None:
        """Start the session; what becomes of it is heard."""
        # the library sets it once, for the first loop it ever sees
        library_events.event_global_loop = asyncio.get_running_loop()
        async with self._ffi.alone():
            task = await self.library.connect()
            task.add_done_callback(self._pump_ended)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._something_heard.wait(), _GRACE_S)

    async def stop(self) -> None:
        """End the session here, keep it at WhatsApp. Only events that were on their way are heard afterwards."""
        self._stopped = True
        async with self._ffi.alone():
            await self._ffi.stop(self.library.uuid)
        task: asyncio.Task[None] | None = self.library.connect_task
        if task is not None:
            await asyncio.wait({task})

    # -- callbacks: they only enqueue ---------------------------------------------------------------------------------

    def _tell(self, heard: Heard) -> None:
        self._something_heard.set()
        if not self._stopped or heard.event is not None:
            self._hear(self, heard)

    async def _event(self, _: Any, event: Proto) -> None:
        self._tell(Heard(event=event))

    async def _qr(self, _: Any, data: bytes) -> None:
        self._tell(Heard(qr=data.decode()))

    def _login_status(self, _: int, pointer: int) -> None:
        """Called in the library's thread."""
        status = ctypes.string_at(pointer).decode()
        loop = library_events.event_global_loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, Heard(login=status))

    def _pump_ended(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            return
        error = task.exception()
        self._tell(Heard(ended=str(error) if error is not None else ""))
