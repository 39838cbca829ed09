"""ISPBrain's queue of messages, pulled into the ledger and acknowledged when they left or failed for good."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pymongo.errors import DuplicateKeyError, PyMongoError

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.notices import NoticeState
from ispbot_contracts.settings import BotMode, CompanySettings, NoticeSettings, OperationSettings
from ispbot_crm_adapter.errors import CrmError
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.cleaning import clean_text
from ispbot_crm_adapter.notices.documents import states
from ispbot_crm_adapter.notices.intake import Origin, Wanted, command_of, expiry
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.phones import whatsapp_digits
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database, Document
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

S = NoticeState
_LEASE = timedelta(minutes=2)
_ACKS = 20
_ACK_AGAIN = timedelta(minutes=2)
_TRY_AGAIN = timedelta(minutes=10)
_MANY = 50
_MAY_WORK_LATER = ("rejected", "cold_contact_limit")
"""Worth another try; that a number has no WhatsApp, or that nobody knows whether it arrived, does not change."""
_DONE = states((S.SENT, S.DELIVERED, S.READ))
_GIVEN_UP = states((S.FAILED, S.UNKNOWN, S.EXPIRED, S.CANCELLED))


class Message(Protocol):
    """One message of the queue."""

    @property
    def id(self) -> str:
        """Its id there."""
        ...

    @property
    def phone(self) -> str:
        """As it stands there."""
        ...

    @property
    def text(self) -> str:
        """The words."""
        ...

    @property
    def urgent(self) -> bool:
        """Whether it may go at any hour."""
        ...


class Pacing(Protocol):
    """How many messages, then so long a pause, so long between two; least and most, seconds."""

    @property
    def block(self) -> tuple[float, float]:
        """How many at once."""
        ...

    @property
    def pause(self) -> tuple[float, float]:
        """Between two blocks."""
        ...

    @property
    def delay(self) -> tuple[float, float]:
        """Between two messages."""
        ...


class Queue(Protocol):
    """The queue of one account. Every method raises CrmError."""

    key: str
    """Names the server and the account: another server numbers its messages from one as well."""

    def pending(self) -> AsyncIterator[Sequence[Message]]:
        """Yield what waits to be sent page by page, urgent ones first; no page is asked for that is not wanted."""
        ...

    async def acknowledge(self, message_id: str, *, sent: bool, at: datetime) -> None:
        """Tell how a message ended; ``at`` is local time."""
        ...

    async def pacing(self) -> Pacing | None:
        """Return how the account wants to be paced."""
        ...


@dataclass
class AltwhaPoller:
    """Runs in every replica; one at a time holds the lease of the queue. A message's id in the ledger derives from the
    queue and its id there, so a crash between sending and acknowledging leads to one more acknowledgement, not to one more message.
    """

    ledger: Ledger
    database: Database
    bus: Bus
    watch: SettingsWatch
    queue: Callable[[], Queue | None]
    holder: str
    every_s: float = 20.0
    _block_at: datetime | None = None

    async def run(self) -> None:
        """Run for ever."""
        while True:
            try:
                await self.turn(utc_now())
            except (CrmError, Refusal, Retryable, PyMongoError) as error:
                log.warning("altwha_waits", reason=str(getattr(error, "code", type(error).__name__)))
            await asyncio.sleep(self.every_s)

    async def turn(self, now: datetime) -> int:
        """Acknowledge what ended, then pull the next block when its time has come; returns how many were pulled."""
        queue, settings = self.queue(), self.watch.current(NoticeSettings)
        if queue is None or not settings.altwha_poll or not await self.hold(queue.key, now):
            return 0
        await self._acknowledge(queue, now, settings)
        stopped = self.watch.current(OperationSettings).mode is BotMode.STOPPED
        if stopped or not settings.enabled or (self._block_at is not None and now < self._block_at):
            return 0
        return await self._pull(queue, now, settings)

    async def hold(self, key: str, now: datetime) -> bool:
        """Take or keep the lease; False while another replica has it. One that died loses it by time."""
        leases, lease = self.database["notice_leases"], {"holder": self.holder, "until": now + _LEASE}
        guard = {"_id": f"altwha:{key}", "$or": [{"holder": self.holder}, {"until": {"$lte": now}}]}
        if (await leases.update_one(guard, {"$set": lease})).matched_count == 1:
            return True
        try:
            await leases.insert_one({"_id": f"altwha:{key}"} | lease)
        except DuplicateKeyError:
            return False
        return True

    # -- in -----------------------------------------------------------------------------------------------------------

    async def _pull(self, queue: Queue, now: datetime, settings: NoticeSettings) -> int:
        pacing = await queue.pacing()
        size = max(1, round(_between(pacing.block))) if pacing is not None and pacing.block[1] > 0 else _MANY
        pause = _between(pacing.pause) if pacing is not None else 0.0
        delay = pacing.delay if pacing is not None else (0.0, 0.0)
        fresh: list[Message] = []
        async for messages in queue.pending():
            fresh += await self._new_ones(queue.key, messages)
            if len(fresh) >= size:
                break
        leaves_at, pulled = now, 0
        for message in fresh[:size]:
            if await self._take(queue, message, leaves_at, now, settings):
                pulled += 1
                leaves_at += timedelta(seconds=_between(delay))
        self._block_at = leaves_at + timedelta(seconds=pause)
        metrics.ALTWHA.labels("pulled").inc(pulled)
        return pulled

    async def _new_ones(self, key: str, messages: Sequence[Message]) -> list[Message]:
        """Leave out what the ledger has; what ended there and is still pending there is acknowledged once more."""
        ids = {altwha_id(key, message.id): message for message in messages}
        found = await self.ledger.notices.find({"_id": {"$in": list(ids)}}, {"state": 1, "ack_owed": 1}).to_list()
        over = [one["_id"] for one in found if one["state"] in (*_DONE, *_GIVEN_UP) and "ack_owed" not in one]
        if over:
            await self.ledger.notices.update_many(
                {"_id": {"$in": over}}, {"$set": {"ack_owed": key, "ack_at": utc_now()}}
            )
        known = {one["_id"] for one in found}
        return [message for notice_id, message in ids.items() if notice_id not in known]

    async def _take(
        self, queue: Queue, message: Message, leaves_at: datetime, now: datetime, settings: NoticeSettings
    ) -> bool:
        phone = whatsapp_digits(message.phone, Locale.of(self.watch.current(CompanySettings)))
        text = clean_text(message.text)
        if phone is None or not text:
            metrics.ALTWHA.labels("refused").inc()
            await queue.acknowledge(message.id, sent=False, at=self._local(now))
            return False
        wanted = Wanted(phone, text, [], message.urgent, None)
        command = command_of(
            altwha_id(queue.key, message.id), wanted, Origin("altwha", queue.key, "ISPBrain"),
            received_at=now, settings=settings, external_id=message.id, release_at=leaves_at,
        )  # fmt: skip
        await self.bus.publish(command)
        return True

    # -- out ----------------------------------------------------------------------------------------------------------

    async def _acknowledge(self, queue: Queue, now: datetime, settings: NoticeSettings) -> None:
        query = {"ack_owed": queue.key, "ack_at": {"$lte": now}, "state": {"$in": [*_DONE, *_GIVEN_UP]}}
        for notice in await self.ledger.notices.find(query).limit(_ACKS).to_list():
            if self._worth_another_try(notice, settings):
                again = now + _TRY_AGAIN
                await self.ledger.retry(notice, None, again, max(notice["expires_at"], expiry(None, again, settings)))
                continue
            await self.ledger.notices.update_one({"_id": notice["_id"]}, {"$set": {"ack_at": now + _ACK_AGAIN}})
            sent = notice["state"] in _DONE
            await queue.acknowledge(notice["external_id"], sent=sent, at=self._local(notice.get("sent_at") or now))
            done = {"$unset": {"ack_owed": "", "ack_at": ""}, "$set": {"acked_at": utc_now()}}
            await self.ledger.notices.update_one({"_id": notice["_id"], "state": notice["state"]}, done)
            metrics.ALTWHA.labels("acked").inc()

    @staticmethod
    def _worth_another_try(notice: Document, settings: NoticeSettings) -> bool:
        failed = notice["state"] == S.FAILED.value and notice["reason"] in _MAY_WORK_LATER
        return failed and notice["tries"] + 1 < settings.altwha_max_tries

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.watch.current(CompanySettings).tz)


def altwha_id(key: str, message_id: str) -> str:
    """Return the notice's id of a message of the queue."""
    return derive_id("altwha", key, message_id)


def _between(bounds: tuple[float, float]) -> float:
    return random.uniform(*bounds)  # noqa: S311 - pacing
