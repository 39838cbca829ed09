"""One term as the lease holder: the link and everything that hangs on it, from opening to handing over."""

import asyncio
from contextlib import AsyncExitStack

from nats.errors import Error as NatsError

from ispbot_contracts.base import Message
from ispbot_contracts.whatsapp import (
    Done,
    GroupList,
    ListGroups,
    NewQr,
    PairCode,
    RequestPairCode,
    RestartSession,
    SendMessage,
    SessionState,
    ShowTyping,
    UnlinkSession,
)
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.domain.link import Link
from ispbot_gateway_wa.inbound.arrivals import Arrivals, Unread
from ispbot_gateway_wa.inbound.media import MediaFetcher
from ispbot_gateway_wa.lease import Lease
from ispbot_gateway_wa.outbound.ledger import Ledger
from ispbot_gateway_wa.outbound.send import Sender
from ispbot_gateway_wa.outbound.unconfirmed import Unconfirmed
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import (
    GroupSeen,
    LinkUp,
    MessageIn,
    NotConnected,
    ReceiptIn,
    Skipped,
    TypingIn,
    WhatsAppTransport,
)
from ispbot_gateway_wa.session import Session
from ispbot_gateway_wa.status import StatusBoard, stored_status
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

SENDS_AT_ONCE = 256
_CONSUME_AGAIN_S = 0.5
_DRAIN_S = 5.0
_FLUSH_S = 2.0


class Term:
    """What the holder runs. ``serve`` returns when ``ended`` is set; a bug raises."""

    def __init__(
        self, *, bus: Bus, database: Database, media: MediaStore, watch: SettingsWatch, transport: WhatsAppTransport,
        lease: Lease, holder: str, media_max_bytes: int,
    ) -> None:  # fmt: skip
        self._bus = bus
        self._transport = transport
        self._board = StatusBoard(bus, holder=holder, fence=lease.fence)
        self._session = Session(transport, publish=self._board.show)
        self._contacts = Contacts(database, self.emit)
        unread = Unread()
        ledger = Ledger(database)
        self._unconfirmed = Unconfirmed(ledger, self.emit)
        self._fetcher = MediaFetcher(
            database, transport, media, self.emit, connected=self._session.connected, max_bytes=media_max_bytes
        )
        self._arrivals = Arrivals(
            bus=bus, transport=transport, contacts=self._contacts, media=self._fetcher, unread=unread, emit=self.emit,
            on_receipt=self._unconfirmed.on_receipt,
        )  # fmt: skip
        self._sender = Sender(
            transport=transport, contacts=self._contacts, ledger=ledger, unconfirmed=self._unconfirmed, media=media,
            watch=watch, unread=unread, lease=lease,
        )  # fmt: skip
        self.ended = asyncio.Event()

    @property
    def link(self) -> Link:
        """Where the link stands."""
        return self._session.link

    async def emit(self, message: Message) -> None:
        """Give an event to the bus and wait until it is stored, however long that takes (the spool's place)."""
        await patiently(message.name, lambda: self._bus.publish(message))

    async def serve(self) -> None:
        """Run until ``ended``; then finish the sends in hand, close the link, and finish what arrived. Raises a bug's error."""
        sending = asyncio.create_task(self._send())
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._open(), self._listen(), self._board.run(), self._session.watch(), self._fetcher.run(),
                self._unconfirmed.run(), self._arrivals.lanes.failed(),
            )
        ]  # fmt: skip
        try:
            done, _ = await asyncio.wait({sending, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self.ended.set()
            await asyncio.wait({sending}, timeout=_DRAIN_S)
            await cancel_all([sending, *tasks])
            await self._close()

    async def _open(self) -> None:
        await patiently("recover", self._recover)
        await self._session.start(await patiently("stored_status", lambda: stored_status(self._bus)))
        await self._answer()

    async def _recover(self) -> None:
        await self._contacts.recover()
        await self._unconfirmed.recover()
        await self._fetcher.recover()

    async def _close(self) -> None:
        board = asyncio.create_task(self._board.run())
        await self._session.stop()
        await self._arrivals.lanes.drain(limit_s=_DRAIN_S)
        await self._transport.shutdown()
        await self._board.flush(limit_s=_FLUSH_S)
        await cancel_all([board])

    async def _listen(self) -> None:
        """The single consumer of the link's queue: facts change the session, arrivals go to their lanes."""
        while True:
            event = await self._transport.next_event()
            if isinstance(event, MessageIn | ReceiptIn | TypingIn | GroupSeen | Skipped):
                self._arrivals.arrived(event)
                continue
            if isinstance(event, LinkUp):
                self._arrivals.account = event.account.number
            self._session.heard(event)

    async def _send(self) -> None:
        """Take commands only while the link is up; return when the term has ended and the sends in hand are done."""
        while not self.ended.is_set():
            await self._until(self._session.connected)
            if self.ended.is_set():
                return
            consumer = self._bus.lane_consumer(
                "send", {SendMessage: self._sender.send_message}, in_flight=SENDS_AT_ONCE
            )
            try:
                async with self._bus.consuming(consumer):
                    await self._until(self._session.disconnected)
            except NatsError as error:  # the bus went away while the consumer was being made
                log.warning("sends_not_taken", reason=type(error).__name__)
                await asyncio.sleep(_CONSUME_AGAIN_S)

    async def _until(self, event: asyncio.Event) -> None:
        """Wait for ``event`` or the end of the term."""
        waits = [asyncio.create_task(event.wait()), asyncio.create_task(self.ended.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_all(waits)

    # -- questions ----------------------------------------------------------------------------------------------------

    async def _answer(self) -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._bus.answering(RestartSession, self._restart))
            await stack.enter_async_context(self._bus.answering(UnlinkSession, self._unlink))
            await stack.enter_async_context(self._bus.answering(NewQr, self._new_qr))
            await stack.enter_async_context(self._bus.answering(RequestPairCode, self._pair_code))
            await stack.enter_async_context(self._bus.answering(ListGroups, self._groups))
            await asyncio.Event().wait()

    async def _restart(self, _: RestartSession) -> Done:
        await self._session.restart()
        return Done()

    async def _unlink(self, _: UnlinkSession) -> Done:
        await self._session.unlink()
        return Done()

    async def _new_qr(self, _: NewQr) -> Done:
        await self._session.new_qr()
        return Done()

    async def _pair_code(self, query: RequestPairCode) -> PairCode:
        return PairCode(code=await self._session.pair_code("".join(filter(str.isdigit, query.phone))))

    async def _groups(self, _: ListGroups) -> GroupList:
        try:
            return GroupList(groups=await self._transport.groups())
        except NotConnected as error:
            raise Refusal("not_connected", "WhatsApp no está conectado.") from error

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
