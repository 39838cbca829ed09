"""What waits for this service on the bus: lag per partition, age of the oldest message, room left, dead letters.

One list of consumers and one state per stream every ten seconds; the time of the oldest is looked up only for
consumers that lag, lowest position first, until no other one can be older.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError, ServiceUnavailableError

from ispbot_contracts.streams import DEAD_STREAM, DEAD_SUBJECT
from ispbot_runtime import metrics
from ispbot_runtime.durables import Durable, list_consumers
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

EVERY_S = 10.0
TOO_OLD_S = 60.0
ALARM_SHARE = 0.8
_SILENT_LOOKS = 2
_NO_ANSWER = (TimeoutError, NoRespondersError, ServiceUnavailableError)
"""Any other error is an answer, or the connection's own."""


@dataclass(frozen=True)
class Backlog:
    """One look at the bus. ``full`` holds the share in use of what fills up with unread messages or letters."""

    lag: int = 0
    oldest_s: float = 0.0
    oldest_of: str = ""
    missing: tuple[str, ...] = ()
    full: dict[str, float] = field(default_factory=dict)
    dead_letters: int = 0


class BacklogWatch:
    """Looks at what waits for the consumers of one service."""

    def __init__(self, js: JetStreamContext, service: str, durables: Callable[[], Sequence[Durable]]) -> None:
        self._js = js
        self._service = service
        self._durables = durables
        self.seen: Backlog | None = None
        self._unanswered = 0

    async def look(self) -> None:
        """Look once; a bus that does not answer leaves nothing known."""
        try:
            self.seen = await self._look()
            self._unanswered = 0
        except (NatsError, TimeoutError) as error:
            log.debug("backlog_unknown", reason=type(error).__name__)
            self.seen = None
            self._unanswered = self._unanswered + 1 if isinstance(error, _NO_ANSWER) else 0

    def silent(self) -> str | None:
        """Return that the streams do not answer, although the connection stands (a cluster without its majority)."""
        return f"JetStream did not answer {self._unanswered} times" if self._unanswered >= _SILENT_LOOKS else None

    def missing(self) -> str | None:
        """Return why no work can arrive."""
        gone = self.seen.missing if self.seen else ()
        return f"consumers not bound: {', '.join(gone[:3])} ({len(gone)} in all)" if gone else None

    def too_old(self) -> str | None:
        """Return which consumer is behind."""
        if self.seen is None or self.seen.oldest_s < TOO_OLD_S:
            return None
        return f"{self.seen.oldest_of} has a message waiting for {self.seen.oldest_s:.0f} s ({self.seen.lag} in all)"

    def filling_up(self) -> str | None:
        """Return what will soon lose unread messages, or refuse letters."""
        near = {name: share for name, share in (self.seen.full if self.seen else {}).items() if share >= ALARM_SHARE}
        return "; ".join(f"{name} is {share:.0%} full" for name, share in near.items()) or None

    async def _look(self) -> Backlog:
        durables = self._durables()
        lag, oldest, oldest_of, missing, full = 0, 0.0, "", list[str](), dict[str, float]()
        for stream in sorted({durable.stream for durable in durables}):
            infos = await list_consumers(self._js, stream)
            mine = [durable for durable in durables if durable.stream == stream]
            missing += [durable.name for durable in mine if durable.name not in infos]
            present = [(durable, infos[durable.name]) for durable in mine if durable.name in infos]
            for durable, info in present:
                metrics.LAG.labels(durable.consumer, durable.partition).set(_lag(info))
            lag += sum(_lag(info) for _, info in present)
            full[f"stream {stream} (unread)"] = await self._unread_share(stream, [info for _, info in present])
            for consumer in sorted({durable.consumer for durable in mine}):
                age = await self._oldest([pair for pair in present if pair[0].consumer == consumer])
                metrics.OLDEST.labels(consumer).set(age)
                if age > oldest:
                    oldest, oldest_of = age, consumer
        dead = await self._js.stream_info(DEAD_STREAM, subjects_filter=f"{DEAD_SUBJECT}.{self._service}.>")
        letters = sum((dead.state.subjects or {}).values())
        metrics.DEAD_LETTERS.labels(self._service).set(letters)
        full["dead letters"] = _share(dead, dead.state.bytes or 0)
        for name, share in full.items():
            metrics.FULL.labels(name).set(share)
        return Backlog(lag, oldest, oldest_of, tuple(missing), full, letters)

    async def _unread_share(self, stream: str, infos: Sequence[api.ConsumerInfo]) -> float:
        """Return how much of the stream's room is taken from the first unread message on (it drops the oldest)."""
        waiting = [_floor(info) for info in infos if _lag(info)]
        state = (info := await self._js.stream_info(stream)).state
        if not waiting or not state.messages:
            return 0.0
        span = state.last_seq - state.first_seq + 1
        unread = min(span, state.last_seq - min(waiting))
        return _share(info, state.bytes * unread / span)

    async def _oldest(self, pairs: Sequence[tuple[Durable, api.ConsumerInfo]]) -> float:
        """Return the age in seconds of the oldest message that waits, 0 when none does."""
        first: tuple[int, datetime] | None = None
        for durable, info in sorted(pairs, key=lambda pair: _floor(pair[1])):
            if not _lag(info):
                continue
            if first is not None and _floor(info) >= first[0]:
                break
            for subject in durable.filters:
                found = await self._next(durable.stream, subject, _floor(info) + 1)
                if found is not None and (first is None or found[0] < first[0]):
                    first = found
        return max(0.0, (datetime.now(UTC) - first[1]).total_seconds()) if first else 0.0

    async def _next(self, stream: str, subject: str, sequence: int) -> tuple[int, datetime] | None:
        try:
            msg = await self._js.get_msg(stream, seq=sequence, subject=subject, direct=True, next=True)
        except NotFoundError:
            return None
        return (msg.seq, msg.time) if msg.seq is not None and msg.time is not None else None


def _lag(info: api.ConsumerInfo) -> int:
    return (info.num_pending or 0) + (info.num_ack_pending or 0)


def _floor(info: api.ConsumerInfo) -> int:
    return (info.ack_floor.stream_seq or 0) if info.ack_floor is not None else 0


def _share(info: api.StreamInfo, used: float) -> float:
    limit = info.config.max_bytes or -1
    return used / limit if limit > 0 else 0.0
