"""The process: stands by until the number is ours, serves it, hands it over."""

import asyncio
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from ispbot_contracts.whatsapp import SessionState, ShowTyping
from ispbot_gateway_wa.inbound.spool import left_behind
from ispbot_gateway_wa.lease import Lease
from ispbot_gateway_wa.ports import WhatsAppTransport
from ispbot_gateway_wa.term import Term
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

SPOOL_MAX_BYTES = 64 * 1024 * 1024
_WAITS_FOR = {SessionState.QR: "waits for the phone that scans it, see the panel"}


class Gateway:
    """Runs one term after the other."""

    def __init__(
        self, *, bus: Bus, database: Database, media: MediaStore, watch: SettingsWatch,
        make_transport: Callable[[], WhatsAppTransport], media_max_bytes: int, spool_folder: Path,
        spool_max_bytes: int = SPOOL_MAX_BYTES,
    ) -> None:  # fmt: skip
        self._bus = bus
        self._database = database
        self._media = media
        self._watch = watch
        self._make_transport = make_transport
        self._media_max_bytes = media_max_bytes
        self._spool_folder = spool_folder
        self._spool_max_bytes = spool_max_bytes
        self._lease: Lease | None = None
        self._term: Term | None = None
        self._stopping = False
        self._running: asyncio.Task[None] | None = None
        self.holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"

    def start(self) -> asyncio.Task[None]:
        """Begin; the task ends with a bug's exception or after ``stop``."""
        self._running = asyncio.create_task(self._run())
        return self._running

    async def _run(self) -> None:
        while not self._stopping:
            self._lease = lease = Lease(self._bus, self.holder)
            await lease.acquire()
            try:
                await self._serve(lease)
            finally:
                await lease.release()

    async def _serve(self, lease: Lease) -> None:
        term = Term(
            bus=self._bus, database=self._database, media=self._media, watch=self._watch, lease=lease,
            transport=self._make_transport(), holder=self.holder, media_max_bytes=self._media_max_bytes,
            spool_folder=self._spool_folder, spool_max_bytes=self._spool_max_bytes,
        )  # fmt: skip
        self._term = term
        keep = asyncio.create_task(lease.keep())
        keep.add_done_callback(lambda _: term.ended.set())
        try:
            await term.serve()
        finally:
            self._term = None
            await cancel_all([keep])

    async def stop(self) -> None:
        """Hand over: stop sending, close the link, give the lease back."""
        self._stopping = True
        if self._running is None:
            return
        if self._term is None:
            await cancel_all([self._running])
            return
        self._term.end_with_process()
        await asyncio.wait({self._running})

    async def show_typing(self, hint: ShowTyping) -> None:
        """Pass an agent's typing on while we serve the number."""
        if self._term is not None:
            await self._term.show_typing(hint)

    def limit(self) -> str | None:
        """Return why nothing can be sent from here, None while the link is up."""
        if self._term is None:
            seen = self._lease.seen_holder if self._lease is not None else None
            return f"standby: {seen or 'another process'} serves the number"
        link = self._term.link
        if link.state is SessionState.CONNECTED:
            return None
        reason = link.reason or _WAITS_FOR.get(link.state)
        return f"link {link.state}: {reason}" if reason else f"link {link.state}"

    def silence_limit(self) -> str | None:
        """Return what is wrong when the link is up and nothing comes, None when nothing is."""
        return self._term.silence.limit() if self._term is not None else None

    def spool_limit(self) -> str | None:
        """Return what is wrong with the spool, None when nothing is."""
        if self._term is not None:
            return self._term.spool.limit()
        files = left_behind(self._spool_folder)
        return f"spool: {files} files wait for a process of this machine to serve the number" if files else None
