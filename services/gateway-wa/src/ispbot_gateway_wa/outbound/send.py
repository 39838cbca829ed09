"""SendMessage: one command, one message to the customer, one end."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from cachetools import LRUCache

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.common import AuthorKind
from ispbot_contracts.content import MediaContent, text_of
from ispbot_contracts.settings import SendingSettings
from ispbot_contracts.whatsapp import MessageSendFailed, SendMessage
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.inbound.arrivals import Unread
from ispbot_gateway_wa.lease import Lease
from ispbot_gateway_wa.outbound.governor import Governor
from ispbot_gateway_wa.outbound.ledger import Entry, Ledger, SendState
from ispbot_gateway_wa.outbound.results import failed, sent
from ispbot_gateway_wa.outbound.unconfirmed import Unconfirmed
from ispbot_gateway_wa.ports import (
    NotConnected,
    NoWhatsApp,
    Outbound,
    Quote,
    Rejected,
    SendUnknown,
    WhatsAppTransport,
)
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaMissing, MediaStore
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

COLD_CONTACT = 463
_TOO_MANY = 429
_SERVER_TROUBLE = 500
_OWN_IDS = 10_000
_AGAIN_S = 1.0
_BUSY_S = 5.0
_BUSY_TRIES = 12
_UNCLEAR_TRIES = 10


class SendFailed(Exception):
    """This message will not be sent; ``event`` says why."""

    def __init__(self, event: MessageSendFailed) -> None:
        super().__init__(event.reason)
        self.event = event


class Sender:
    """Handles SendMessage while the link is up and the lease is ours."""

    def __init__(
        self, *, transport: WhatsAppTransport, contacts: Contacts, ledger: Ledger, unconfirmed: Unconfirmed, media: MediaStore,
        watch: SettingsWatch, unread: Unread, lease: Lease,
    ) -> None:  # fmt: skip
        self._transport = transport
        self._contacts = contacts
        self._ledger = ledger
        self._unconfirmed = unconfirmed
        self._media = media
        self._watch = watch
        self._unread = unread
        self._lease = lease
        self._governor = Governor(lambda: self._settings.max_per_second)
        self._own_ids: LRUCache[str, None] = LRUCache(_OWN_IDS)
        self._unclear_tries: LRUCache[str, int] = LRUCache(_OWN_IDS)

    @property
    def _settings(self) -> SendingSettings:
        return self._watch.current(SendingSettings)

    async def send_message(self, command: SendMessage) -> Iterable[Message]:
        """Send it unless its end is known already. Raises Retryable when it can not be sent now."""
        entry = await self._ledger.begin(command)
        match entry.state:
            case SendState.CONFIRMED if entry.wa_id is not None and entry.sent_at is not None:
                metrics.SENDS.labels("repeated").inc()
                return [sent(command, entry.wa_id, entry.sent_at)]
            case SendState.FAILED:
                return [failed(command, entry.failure or "rejected", entry.detail)]  # type: ignore[arg-type]  # as stored
            case SendState.LEFT_UNCONFIRMED:
                return []
        if not entry.fresh:
            wa_id = await self._find_sent(entry)
            if wa_id is not None:
                await self._unconfirmed.add(command, wa_id)
                return []
        try:
            return [await self._deliver(command, entry)]
        except SendFailed as failure:
            await self._ledger.failed(failure.event)
            metrics.SENDS.labels(failure.event.reason).inc()
            log.warning("send_failed", send_id=command.id, reason=failure.event.reason)
            return [failure.event]

    async def _find_sent(self, entry: Entry) -> str | None:
        try:
            return await self._transport.find_sent(entry.key)
        except NotConnected as error:
            raise Retryable(str(error), delay_s=_AGAIN_S) from error

    async def _deliver(self, command: SendMessage, entry: Entry) -> Message:
        to = await self._address(command)
        message = Outbound(
            key=entry.key, to=to, content=command.content, file=await self._file(command), quote=self._quote(command)
        )
        await self._show_human(command, to)
        await self._governor.turn(command.priority)
        self._still_ours(command)
        try:
            receipt = await self._transport.send(message)
        except NotConnected as error:
            await self._ledger.never_left(command.id)
            raise Retryable(str(error), delay_s=_AGAIN_S) from error
        except SendUnknown as error:
            raise self._unclear(command, error) from error
        except NoWhatsApp as error:
            raise SendFailed(failed(command, "not_on_whatsapp", str(error))) from error
        except Rejected as error:
            raise await self._rejected(command, entry, error) from error
        await self._ledger.confirmed(command.id, receipt.wa_id, receipt.sent_at)
        self._own_ids[receipt.wa_id] = None
        metrics.OUT.labels(command.content.kind).inc()
        metrics.SENDS.labels("confirmed").inc()
        return sent(command, receipt.wa_id, receipt.sent_at)

    async def _rejected(self, command: SendMessage, entry: Entry, error: Rejected) -> Exception:
        """Return what a refusal means: never a blind second try of a 463."""
        if error.code == COLD_CONTACT:
            return SendFailed(failed(command, "cold_contact_limit", str(error)))
        busy = error.code == _TOO_MANY or error.code >= _SERVER_TROUBLE
        if busy and entry.attempt < _BUSY_TRIES:
            await self._ledger.never_left(command.id)
            return Retryable(f"WhatsApp is busy: {error}", delay_s=_BUSY_S)
        return SendFailed(failed(command, "rejected", str(error)))

    def _unclear(self, command: SendMessage, error: SendUnknown) -> Exception:
        """Return what to do about an unknown outcome: look it up at the next try, not for ever."""
        tries = self._unclear_tries.get(command.id, 0) + 1
        self._unclear_tries[command.id] = tries
        log.warning("send_outcome_unknown", send_id=command.id, tries=tries, reason=str(error))
        if tries >= _UNCLEAR_TRIES:
            return SendFailed(failed(command, "unknown_outcome", str(error)))
        return Retryable(str(error), delay_s=_AGAIN_S)

    def _still_ours(self, command: SendMessage) -> None:
        if command.expires_at is not None and command.expires_at < utc_now():
            raise SendFailed(failed(command, "expired", f"it was to be sent before {command.expires_at.isoformat()}"))
        if not self._lease.held:
            raise Retryable("the lease is no longer ours", delay_s=_AGAIN_S)

    # -- what is needed -----------------------------------------------------------------------------------------------

    async def _address(self, command: SendMessage) -> str:
        if command.group is not None:
            return command.group
        contact = await self._contacts.by_id(command.contact_id)
        if contact is None or contact.reply_to is None:
            raise SendFailed(failed(command, "rejected", "no such contact"))
        return contact.reply_to

    async def _file(self, command: SendMessage) -> bytes | None:
        if not isinstance(command.content, MediaContent):
            return None
        key = command.content.media.object_key
        if key is None:
            raise SendFailed(failed(command, "media_missing", "the message names no file"))
        try:
            return await self._media.get(key)
        except MediaMissing as error:
            raise SendFailed(failed(command, "media_missing", f"the file {key} is not stored")) from error

    def _quote(self, command: SendMessage) -> Quote | None:
        if command.quoted_wa_id is None:
            return None
        return Quote(wa_id=command.quoted_wa_id, from_me=command.quoted_wa_id in self._own_ids)

    async def _show_human(self, command: SendMessage, to: str) -> None:
        """Blue ticks and "escribiendo", as somebody who reads and answers; only hints, so a lost link is no failure."""
        settings = self._settings
        if command.group is not None or command.priority != "reply":
            return
        with suppress(NotConnected):
            if settings.mark_read:
                for sender, wa_ids in self._unread.take(to).items():
                    await self._transport.mark_read(to, sender, wa_ids)
            if settings.show_typing and command.author.kind is not AuthorKind.AGENT:
                await self._transport.typing(to, on=True)
                letters = len(text_of(command.content))
                await asyncio.sleep(min(settings.typing_max_ms, settings.typing_ms_per_char * letters) / 1000)
