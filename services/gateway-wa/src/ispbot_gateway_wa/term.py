"""One term as the lease holder: the link and everything that hangs on it, from opening to handing over."""

import asyncio
from pathlib import Path

from ispbot_contracts.base import Message
from ispbot_contracts.whatsapp import SessionState, ShowTyping
from ispbot_gateway_wa.answers import Answers
from ispbot_gateway_wa.attention import Attention
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.domain.link import Link
from ispbot_gateway_wa.failures import NotConnected
from ispbot_gateway_wa.inbound.arrivals import Arrivals, Unread
from ispbot_gateway_wa.inbound.aside import Aside
from ispbot_gateway_wa.inbound.intake import Intake, SpooledIntake
from ispbot_gateway_wa.inbound.leftovers import Leftovers
from ispbot_gateway_wa.inbound.media import MediaFetcher
from ispbot_gateway_wa.inbound.spool import Spool
from ispbot_gateway_wa.lease import Lease
from ispbot_gateway_wa.outbound.outflow import Outflow
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import GroupSeen, LinkUp, MessageIn, ReceiptIn, Skipped, TypingIn, WhatsAppTransport
from ispbot_gateway_wa.session import Session
from ispbot_gateway_wa.silence import SilenceWatch
from ispbot_gateway_wa.status import StatusBoard, stored_status
from ispbot_gateway_wa.telling import Teller
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

_DRAIN_S = 5.0
_FLUSH_S = 2.0
_LOOK_AT_SPOOL_S = 1.0


class Term:
    """What the holder runs. ``serve`` returns when ``ended`` is set; a bug raises."""

    def __init__(
        self, *, bus: Bus, database: Database, media: MediaStore, watch: SettingsWatch, transport: WhatsAppTransport,
        lease: Lease, holder: str, media_max_bytes: int, spool_folder: Path, spool_max_bytes: int,
    ) -> None:  # fmt: skip
        self._bus = bus
        self._transport = transport
        self._board = StatusBoard(bus, holder=holder, fence=lease.fence)
        self._session = Session(transport, publish=self._board.show)
        self._contacts = Contacts(database, self.emit)
        self._teller = Teller(self._contacts.gate, self._contacts.current_id, self.emit)
        self.spool = Spool(spool_folder, max_bytes=spool_max_bytes)
        self._spool_name = f"{lease.fence:012}-{holder}"
        self._spooled = (
            None
            if transport.waits_for_taken
            else SpooledIntake(transport, self.spool, Leftovers(spool_folder, self.spool))
        )
        self._intake: Intake = self._spooled or transport
        unread, attention = Unread(), Attention()
        self._outflow = Outflow(
            bus=bus, database=database, transport=transport, contacts=self._contacts, media=media, watch=watch,
            unread=unread, attention=attention, lease=lease, tell=self._teller.tell,
        )  # fmt: skip
        self._fetcher = MediaFetcher(
            database, transport, media, self._teller.tell, connected=self._session.connected, max_bytes=media_max_bytes
        )
        self._arrivals = Arrivals(
            bus=bus, transport=transport, intake=self._intake, contacts=self._contacts, media=self._fetcher,
            unread=unread, attention=attention, aside=Aside(bus, spool_folder), emit=self._teller.tell,
            on_receipt=self._outflow.on_receipt,
        )  # fmt: skip
        self.ended = asyncio.Event()
        self.silence = SilenceWatch(
            database=database, watch=watch, session=self._session, new_term=self.ended.set
        )  # fmt: skip
        self._answers = Answers(
            bus=bus, session=self._session, transport=transport, outflow=self._outflow, silence=self.silence, watch=watch
        )  # fmt: skip

    @property
    def link(self) -> Link:
        """Where the link stands."""
        return self._session.link

    async def emit(self, message: Message) -> None:
        """Give an event to the bus and wait until it is stored, however long that takes."""
        await patiently(message.name, lambda: self._bus.publish(message))

    async def serve(self) -> None:
        """Run until ``ended``; then finish the sends in hand, close the link, and finish what arrived. Raises a bug's error."""
        if self._spooled is not None:
            self.spool.open(self._spool_name)
        listening = asyncio.create_task(self._listen())
        sending = asyncio.create_task(self._outflow.run(self._session, self.ended))
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._until_ended(),
                self._open(), self._board.run(), self._session.watch(), self._fetcher.run(),
                self._outflow.unconfirmed.run(), self._arrivals.lanes.failed(), self._watch_spool(), self.silence.run(),
            )
        ]  # fmt: skip
        try:
            done, _ = await asyncio.wait({listening, sending, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.ended.set()
            await asyncio.wait({sending}, timeout=_DRAIN_S)
            await cancel_all([sending, *tasks])
            await self._close(listening)

    def end_with_process(self) -> None:
        """End, and let nothing that hangs hold it up."""
        self._transport.hurry()
        self.ended.set()

    async def _until_ended(self) -> None:
        await self.ended.wait()

    async def _open(self) -> None:
        await patiently("recover", self._recover)
        await self._take_over_spool()
        await self._session.start(await patiently("stored_status", lambda: stored_status(self._bus)))
        await self._answers.run()

    async def _recover(self) -> None:
        await self._contacts.recover()
        await self._outflow.recover()
        await self._fetcher.recover()
        await self.silence.recover()

    async def _close(self, listening: asyncio.Task[None]) -> None:
        board = asyncio.create_task(self._board.run())
        await self._session.stop()
        await self._arrivals.lanes.drain(limit_s=_DRAIN_S)
        await self._transport.shutdown()
        await cancel_all([listening])
        if self._spooled is not None:
            self._spooled.keep_left()
            await self.spool.close()
        await self._board.flush(limit_s=_FLUSH_S)
        await cancel_all([board])

    async def _listen(self) -> None:
        """The single consumer of the link's queue: facts change the session, arrivals go to their lanes."""
        while True:
            event = await self._intake.next_event()
            if isinstance(event, MessageIn | ReceiptIn | TypingIn | GroupSeen | Skipped):
                self.silence.arrived()
                self._arrivals.arrived(event)
                continue
            if isinstance(event, LinkUp):
                self.silence.linked()
                self._arrivals.account = event.account.number
            self._session.heard(event)

    # -- the spool ----------------------------------------------------------------------------------------------------

    async def _take_over_spool(self) -> None:
        if self._spooled is not None:
            async for arrival in self._spooled.take_over():
                self._arrivals.arrived(arrival)

    async def _watch_spool(self) -> None:
        """Take over what a process that died later left, and let WhatsApp keep what there is no room for."""
        held = False
        while True:
            await asyncio.sleep(_LOOK_AT_SPOOL_S)
            if self._session.connected.is_set():
                await self._take_over_spool()
            if self.spool.full and not held and self._session.connected.is_set():
                held = True
                log.error("spool_full")
                await self._session.hold("spool_full")
            elif held and self.spool.roomy:
                held = False
                await self._session.go_on()

    async def show_typing(self, hint: ShowTyping) -> None:
        """An agent types: show it to the customer, when the link is up."""
        if self.link.state is not SessionState.CONNECTED:
            return
        contact = await self._contacts.by_id(hint.contact_id)
        if contact is None or contact.reply_to is None:
            return
        try:
            await self._transport.typing(contact.reply_to, on=hint.typing)
        except NotConnected:
            log.debug("typing_not_shown")
