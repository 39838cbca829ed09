"""One message to WhatsApp, whoever asked: one end, never twice."""

import asyncio
from contextlib import suppress

from cachetools import LRUCache

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.common import AuthorKind
from ispbot_contracts.content import MediaContent, text_of
from ispbot_contracts.settings import SendingSettings
from ispbot_contracts.whatsapp import FailureReason
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.attention import Attention
from ispbot_gateway_wa.failures import NotConnected, NoWhatsApp, Rejected, SendUnknown
from ispbot_gateway_wa.inbound.arrivals import Unread
from ispbot_gateway_wa.lease import Lease
from ispbot_gateway_wa.outbound.cold import ColdBudget
from ispbot_gateway_wa.outbound.governor import Governor, Rank
from ispbot_gateway_wa.outbound.in_hand import InHand
from ispbot_gateway_wa.outbound.ledger import UNKNOWN_OUTCOME, Entry, Ledger, SendState
from ispbot_gateway_wa.outbound.outgoing import Outgoing
from ispbot_gateway_wa.outbound.results import failed, sent
from ispbot_gateway_wa.outbound.unconfirmed import Unconfirmed
from ispbot_gateway_wa.ports import Outbound, Quote, WhatsAppTransport
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaMissing, MediaStore
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

COLD_CONTACT = 463
_TOO_MANY = 429
_SERVER_TROUBLE = 500
_TRIED = 10_000
_AGAIN_S = 1.0
_BUSY_S = 5.0
_BUSY_TRIES = 12
_UNCLEAR_TRIES = 10


class SendFailed(Exception):
    """This message will not be sent."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(reason)
        self.reason: FailureReason = reason
        self.detail = detail


class ColdRefused(Exception):
    """WhatsApp refuses people who never wrote to us (463). It surely did not leave."""


class Sender:
    """Sends while the link is up and the lease is ours."""

    def __init__(
        self, *, transport: WhatsAppTransport, ledger: Ledger, unconfirmed: Unconfirmed, governor: Governor, cold: ColdBudget,
        media: MediaStore, watch: SettingsWatch, unread: Unread, attention: Attention, lease: Lease, in_hand: InHand,
    ) -> None:  # fmt: skip
        self._transport = transport
        self._ledger = ledger
        self._unconfirmed = unconfirmed
        self._governor = governor
        self._cold = cold
        self._media = media
        self._watch = watch
        self._unread = unread
        self._attention = attention
        self._lease = lease
        self._in_hand = in_hand
        self._unclear_tries: LRUCache[str, int] = LRUCache(_TRIED)
        self._busy_tries: LRUCache[str, int] = LRUCache(_TRIED)
        self._typed: LRUCache[str, None] = LRUCache(_TRIED)

    async def send(self, outgoing: Outgoing, to: str, rank: Rank) -> list[Message]:
        """Send it unless its end is known already. Raises Retryable when it can not be sent now, ColdRefused on a 463."""
        entry = await self._ledger.begin(outgoing.send_id)
        known = await self._known_end(outgoing, entry)
        if known is not None:
            return known
        try:
            return await self._deliver(outgoing, entry, to, rank)
        except SendFailed as failure:
            return await self.fail(outgoing, failure.reason, failure.detail)

    async def known(self, outgoing: Outgoing) -> list[Message] | None:
        """Return the end that is known already (empty while a receipt is awaited), None when it is still to be sent."""
        entry = await self._ledger.look_up(outgoing.send_id)
        return await self._known_end(outgoing, entry) if entry is not None else None

    async def fail(self, outgoing: Outgoing, reason: FailureReason, detail: str) -> list[Message]:
        """End it: it will not be sent."""
        await self._ledger.failed(outgoing.send_id, reason, detail)
        metrics.SENDS.labels(reason).inc()
        log.warning("send_failed", send_id=outgoing.send_id, reason=reason)
        return failed(outgoing, reason, detail)

    async def _known_end(self, outgoing: Outgoing, entry: Entry) -> list[Message] | None:
        match entry.state:
            case SendState.CONFIRMED if entry.wa_id is not None and entry.sent_at is not None:
                metrics.SENDS.labels("repeated").inc()
                return sent(outgoing, entry.wa_id, entry.sent_at)
            case SendState.FAILED:
                return failed(outgoing, entry.failure or "rejected", entry.detail)  # type: ignore[arg-type]  # as stored
            case SendState.LEFT_UNCONFIRMED:
                return []
        if entry.fresh or entry.state is SendState.NEVER_LEFT:
            return None
        wa_id = await self._find_sent(entry)
        if wa_id is None:
            return None
        await self._unconfirmed.add(outgoing, wa_id)
        return []

    async def _find_sent(self, entry: Entry) -> str | None:
        try:
            return await self._transport.find_sent(entry.key)
        except NotConnected as error:
            raise Retryable(str(error), delay_s=_AGAIN_S) from error

    async def _deliver(self, outgoing: Outgoing, entry: Entry, to: str, rank: Rank) -> list[Message]:
        message = Outbound(
            key=entry.key, to=to, content=outgoing.content, file=await self._file(outgoing), quote=self._quote(outgoing),
            may_leave=lambda: self._lease.held,
        )  # fmt: skip
        if rank is Rank.REPLY:
            await self._show_human(outgoing, to)
        if rank < Rank.NOTICE:  # a paced notice has had its turn
            await self._governor.turn(rank)
        self._still_ours(outgoing)
        self._in_hand.leaving(outgoing.send_id, to)
        try:
            receipt = await self._transport.send(message)
        except NotConnected as error:
            await self._ledger.never_left(outgoing.send_id)
            raise Retryable(str(error), delay_s=_AGAIN_S) from error
        except SendUnknown as error:
            raise self._unclear(outgoing, error) from error
        except NoWhatsApp as error:
            raise SendFailed("not_on_whatsapp", str(error)) from error
        except Rejected as error:
            raise await self._rejected(outgoing, error) from error
        if rank is Rank.REPLY:
            self._attention.answered(to)
        await self._ledger.confirmed(outgoing.send_id, receipt.wa_id, receipt.sent_at)
        self._unconfirmed.confirmed(receipt.wa_id)
        metrics.OUT.labels(outgoing.content.kind).inc()
        metrics.SENDS.labels("confirmed").inc()
        return sent(outgoing, receipt.wa_id, receipt.sent_at)

    async def _rejected(self, outgoing: Outgoing, error: Rejected) -> Exception:
        """Return what a refusal means: never a blind second try of a 463."""
        if error.code == COLD_CONTACT:
            await self._cold.pause()
            await self._ledger.never_left(outgoing.send_id)
            return ColdRefused(str(error))
        if error.code == _TOO_MANY or error.code >= _SERVER_TROUBLE:
            tries = self._busy_tries.get(outgoing.send_id, 0) + 1
            self._busy_tries[outgoing.send_id] = tries
            if tries <= _BUSY_TRIES:
                await self._ledger.never_left(outgoing.send_id)
                return Retryable(f"WhatsApp is busy: {error}", delay_s=_BUSY_S)
        return SendFailed("rejected", str(error))

    def _unclear(self, outgoing: Outgoing, error: SendUnknown) -> Exception:
        """Return what to do about an unknown outcome: look it up at the next try, not for ever."""
        tries = self._unclear_tries.get(outgoing.send_id, 0) + 1
        self._unclear_tries[outgoing.send_id] = tries
        log.warning("send_outcome_unknown", send_id=outgoing.send_id, tries=tries, reason=str(error))
        if tries >= _UNCLEAR_TRIES:
            return SendFailed(UNKNOWN_OUTCOME, str(error))
        return Retryable(str(error), delay_s=_AGAIN_S)

    def _still_ours(self, outgoing: Outgoing) -> None:
        if outgoing.expired(utc_now()):
            raise SendFailed("expired", "its time was over before its turn came")
        if not self._lease.held:
            raise Retryable("the lease is no longer ours", delay_s=_AGAIN_S)

    # -- what is needed -----------------------------------------------------------------------------------------------

    async def _file(self, outgoing: Outgoing) -> bytes | None:
        if not isinstance(outgoing.content, MediaContent):
            return None
        key = outgoing.content.media.object_key
        if key is None:
            raise SendFailed("media_missing", "the message names no file")
        try:
            return await self._media.get(key)
        except MediaMissing as error:
            raise SendFailed("media_missing", f"the file {key} is not stored") from error

    def _quote(self, outgoing: Outgoing) -> Quote | None:
        if outgoing.quoted_wa_id is None:
            return None
        return Quote(wa_id=outgoing.quoted_wa_id, from_me=self._unconfirmed.is_own(outgoing.quoted_wa_id))

    async def _show_human(self, outgoing: Outgoing, to: str) -> None:
        """Blue ticks and "escribiendo", as somebody who reads and answers; only hints, so a lost link is no failure.

        A send that comes again types no second time.
        """
        settings = self._watch.current(SendingSettings)
        with suppress(NotConnected):
            if settings.mark_read:
                for sender, wa_ids in self._unread.take(to).items():
                    await self._transport.mark_read(to, sender, wa_ids)
            typed = outgoing.send_id in self._typed
            if settings.show_typing and outgoing.author.kind is not AuthorKind.AGENT and not typed:
                await self._transport.typing(to, on=True)
                self._typed[outgoing.send_id] = None
                letters = len(text_of(outgoing.content))
                await asyncio.sleep(min(settings.typing_max_ms, settings.typing_ms_per_char * letters) / 1000)
