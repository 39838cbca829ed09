"""The failed tries of messages that are still being tried, known to every replica.

Written only when something went wrong, so a healthy message costs nothing. Where the bucket can not be used, this
process's own memory counts on.

*Deaths.* A message that kills its process leaves no failure behind. So from a message's third delivery on (or when a new
consumer repeats what the last process had in hand) its handling is noted before it begins, and the note is taken back
by any orderly end, also by "try again later". What stays are handlings in a row that ended without a word.
"""

from datetime import datetime

from cachetools import LRUCache
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue
from pydantic import AwareDatetime, ValidationError

from ispbot_contracts.base import Frozen
from ispbot_contracts.streams import TRIES_BUCKET
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import FailedTry, bounded

log = get_logger(__name__)

_REMEMBERED = 4096
_SUSPECT_FROM = 3


class Record(Frozen):
    """What is known of one message of one consumer; ``stored_at`` tells it from one of a wiped stream."""

    stored_at: AwareDatetime
    tries: int = 0
    deaths: int = 0
    first_at: AwareDatetime | None = None
    history: list[FailedTry] = []

    def failed(self, failure: FailedTry) -> "Record":
        """Return the record after one more failed try."""
        return self.model_copy(
            update={
                "tries": self.tries + 1, "deaths": 0, "first_at": self.first_at or failure.at,
                "history": bounded([*self.history, failure]),
            }
        )  # fmt: skip


class Tries:
    """Records of one consumer's messages."""

    def __init__(self, js: JetStreamContext, consumer: str, replica: str) -> None:
        self._js = js
        self._consumer = consumer
        self.replica = replica
        self._bucket: KeyValue | None = None
        self._known: LRUCache[int, Record] = LRUCache(maxsize=_REMEMBERED)
        self._begun: set[int] = set()
        self.repeats_until = 0
        """Stream sequence up to which a fresh consumer repeats what another process had in hand."""

    async def begin(self, msg: Msg) -> Record | None:
        """Note that a suspect message is taken up; None when it is not suspect."""
        sequence = msg.metadata.sequence.stream
        if msg.metadata.num_delivered < _SUSPECT_FROM and sequence > self.repeats_until:
            return None
        record = await self._load(sequence, msg.metadata.timestamp)
        self._begun.add(sequence)
        await self._save(sequence, record.model_copy(update={"deaths": record.deaths + 1}))
        return record

    async def survived(self, msg: Msg) -> None:
        """Take the note back: the handling ended in order and the message comes again."""
        sequence = msg.metadata.sequence.stream
        if sequence in self._begun:
            self._begun.discard(sequence)
            record = await self._load(sequence, msg.metadata.timestamp)
            await self._save(sequence, record.model_copy(update={"deaths": 0}))

    async def failed(self, msg: Msg, reason: str) -> Record:
        """Count a failed try; returns all that is known now."""
        sequence = msg.metadata.sequence.stream
        record = await self._load(sequence, msg.metadata.timestamp)
        record = record.failed(FailedTry.now(self.replica, reason))
        self._begun.discard(sequence)
        await self._save(sequence, record)
        return record

    async def forget(self, msg: Msg) -> None:
        """The message is done: keep nothing (what a crash leaves behind here ends with the bucket's own age limit)."""
        sequence = msg.metadata.sequence.stream
        self._begun.discard(sequence)
        if self._known.pop(sequence, None) is None and msg.metadata.num_delivered == 1:
            return
        try:
            await (await self._kv()).delete(self._key(sequence))
        except NatsError as error:
            log.warning("tries_not_forgotten", consumer=self._consumer, reason=str(error))

    def _key(self, sequence: int) -> str:
        return f"{self._consumer}.{sequence}"

    async def _kv(self) -> KeyValue:
        if self._bucket is None:
            self._bucket = await self._js.key_value(TRIES_BUCKET)
        return self._bucket

    async def _load(self, sequence: int, stored_at: datetime) -> Record:
        mine = self._known.get(sequence)
        if mine is None or mine.stored_at != stored_at:
            mine = Record(stored_at=stored_at)
        try:
            entry = await (await self._kv()).get(self._key(sequence))
            shared = Record.model_validate_json(entry.value or b"")
        except KeyNotFoundError:
            return mine
        except (NatsError, ValidationError) as error:
            log.warning("tries_not_read", consumer=self._consumer, reason=type(error).__name__)
            return mine
        return shared if shared.stored_at == stored_at and shared.tries >= mine.tries else mine

    async def _save(self, sequence: int, record: Record) -> None:
        self._known[sequence] = record
        try:
            await (await self._kv()).put(self._key(sequence), record.model_dump_json().encode())
        except NatsError as error:
            log.warning("tries_not_shared", consumer=self._consumer, reason=str(error))
