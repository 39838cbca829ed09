"""Everything one term sends: replies and notices through one governor, each from a consumer of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from nats.errors import Error as NatsError

from ispbot_contracts.base import Message
from ispbot_contracts.settings import SendingSettings
from ispbot_contracts.streams import stream_of
from ispbot_contracts.whatsapp import SendMessage, SendNotice
from ispbot_gateway_wa.attention import Attention
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.inbound.arrivals import Unread
from ispbot_gateway_wa.lease import Lease
from ispbot_gateway_wa.outbound.cold import ColdBudget
from ispbot_gateway_wa.outbound.governor import Governor
from ispbot_gateway_wa.outbound.in_hand import InHand
from ispbot_gateway_wa.outbound.ledger import Ledger
from ispbot_gateway_wa.outbound.messages import Messages
from ispbot_gateway_wa.outbound.notices import Notices
from ispbot_gateway_wa.outbound.send import Sender
from ispbot_gateway_wa.outbound.unconfirmed import Unconfirmed
from ispbot_gateway_wa.ports import ReceiptIn, WhatsAppTransport
from ispbot_gateway_wa.session import Session
from ispbot_gateway_wa.telling import Teller
from ispbot_gateway_wa.waits import first_of
from ispbot_runtime.bus import Bus
from ispbot_runtime.consumers import Consumer
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database
from ispbot_runtime.rewind import unfinished
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

SENDS_AT_ONCE = 256
NOTICES_AT_ONCE = 4
_CONSUME_AGAIN_S = 0.5
_SENDS, _NOTICES = "send", "notice"


class Outflow:
    """The way out of one term."""

    def __init__(
        self, *, bus: Bus, database: Database, transport: WhatsAppTransport, contacts: Contacts, media: MediaStore,
        watch: SettingsWatch, unread: Unread, attention: Attention, lease: Lease, tell: Callable[[Message], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._bus = bus
        self._teller = Teller(contacts.gate, contacts.current_id, bus.publish)
        self._in_hand = InHand()
        ledger = Ledger(database, fence=lease.fence)
        self.unconfirmed = Unconfirmed(ledger, tell)
        self.cold = ColdBudget(database, watch)
        self.governor = Governor(lambda: watch.current(SendingSettings), attention)
        sender = Sender(
            transport=transport, ledger=ledger, unconfirmed=self.unconfirmed, governor=self.governor, cold=self.cold,
            media=media, watch=watch, unread=unread, attention=attention, lease=lease, in_hand=self._in_hand,
        )  # fmt: skip
        self._messages = Messages(sender=sender, contacts=contacts, cold=self.cold)
        self.notices = Notices(
            sender=sender, contacts=contacts, cold=self.cold, governor=self.governor, watch=watch
        )  # fmt: skip

    async def recover(self) -> None:
        """Take up what an earlier process left."""
        await self.unconfirmed.recover()
        await self.cold.recover()

    async def run(self, session: Session, ended: asyncio.Event) -> None:
        """Take commands only while the link is up; return when the term has ended and the sends in hand are done."""
        while not ended.is_set():
            await first_of(session.connected, ended)
            if ended.is_set():
                return
            self.governor.admit_notices()
            try:
                async with self._bus.consuming(self._replies()), self._bus.consuming(self._paced()):
                    await first_of(session.disconnected, ended)
                    self.governor.send_notices_away()
            except NatsError as error:  # the bus went away while a consumer was being made
                log.warning("sends_not_taken", reason=type(error).__name__)
                await asyncio.sleep(_CONSUME_AGAIN_S)

    def _replies(self) -> Consumer:
        return self._bus.lane_consumer(_SENDS, {SendMessage: self._send_message}, in_flight=SENDS_AT_ONCE)

    def _paced(self) -> Consumer:
        return self._bus.lane_consumer(_NOTICES, {SendNotice: self._send_notice}, in_flight=NOTICES_AT_ONCE)

    async def _send_message(self, command: SendMessage) -> None:
        try:
            await self._tell(await self._messages.send_message(command))
        finally:
            self._in_hand.told(command.id)

    async def _send_notice(self, command: SendNotice) -> None:
        try:
            await self._tell(await self.notices.send_notice(command))
        finally:
            self._in_hand.told(command.notice_id)

    async def on_receipt(self, receipt: ReceiptIn) -> None:
        """A phone has something: it may settle what was unclear; it is told after what it is about."""
        await self.unconfirmed.on_receipt(receipt)
        await self._in_hand.until_told(receipt.chat)

    async def _tell(self, ends: Iterable[Message]) -> None:
        """Publish the ends ourselves, before the command is acknowledged: a merge may change whose they are until then."""
        for end in ends:
            await self._teller.tell(end)

    async def waiting(self) -> tuple[int, int]:
        """Return how many replies and notices wait, on the bus or here."""
        stream, service = stream_of(SendMessage.owner), self._bus.service
        replies, notices = [
            await unfinished(self._bus.js, stream.name, f"{service}-{purpose}-{stream.owner}")
            for purpose in (_SENDS, _NOTICES)
        ]
        return replies, notices
