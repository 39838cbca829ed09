"""Parked messages: list, look at one, replay, discard (docs/decisions/0008-dead-letters-and-replay.md).

A replay goes out on the subject of the original, marked for the one consumer that parked it; the letter is removed once
the replay is stored. The panel's API stands on this module.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import api
from nats.js.errors import APIError, NotFoundError
from pydantic import ValidationError

from ispbot_contracts.base import utc_now
from ispbot_contracts.streams import DEAD_STREAM, DEAD_SUBJECT, STREAMS, published_subject
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import (
    ONLY_HEADER,
    PARKED_HEADER,
    REPLAY_HEADER,
    FailedTry,
    Parked,
    Replay,
    as_header,
    own_headers,
)

log = get_logger(__name__)

MAX_PAGE = 100
_FETCH_LIMIT_S = 2.0
_READER_KEPT_S = 30.0


@dataclass(frozen=True)
class DeadLetter:
    """A parked message. ``seq`` names it for the other calls; ``subject`` is the one it was published on.

    ``why``: poison | malformed | unknown | failed | deadly. ``tries`` counts failed tries over all replays, ``history``
    keeps the last 20. ``message_id`` and ``correlation_id`` are None when the body could not be read.
    """

    seq: int
    parked_at: datetime
    service: str
    consumer: str
    subject: str
    message: str
    message_id: str | None
    correlation_id: str | None
    why: str
    reason: str
    stored_at: datetime
    first_failed_at: datetime
    last_failed_at: datetime
    tries: int
    replays: int
    history: tuple[FailedTry, ...]


@dataclass(frozen=True)
class DeadLetterDetail:
    """A letter with its headers and its body, which may hold what a customer wrote."""

    letter: DeadLetter
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class DeadLetterPage:
    """Newest first; ``next_before`` asks for the older ones, None at the end; ``total`` counts all that match."""

    letters: list[DeadLetter]
    next_before: int | None
    total: int
    by_service: Mapping[str, int] = field(default_factory=dict)


class NoSuchLetter(Refusal):
    """The letter was replayed or discarded before."""

    def __init__(self, seq: int) -> None:
        super().__init__(
            "dead_letter_gone", "Ese mensaje ya no está: alguien lo reintentó o lo descartó.", seq=str(seq)
        )


class NoSuchConsumer(Refusal):
    """Nobody would take the replay: it would be lost."""

    def __init__(self, consumer: str) -> None:
        super().__init__(
            "consumer_gone", "La parte del sistema que atendía este mensaje ya no existe.", consumer=consumer
        )


class DeadLetters:
    """The dead-letter stream as people use it. Every call raises Unavailable when the bus does not answer."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def page(self, *, service: str | None = None, before: int | None = None, limit: int = 50) -> DeadLetterPage:
        """Return a page of letters, newest first, older than position ``before`` when given."""
        limit = max(1, min(limit, MAX_PAGE))
        subject = f"{DEAD_SUBJECT}.{service}.>" if service else f"{DEAD_SUBJECT}.>"
        try:
            info = await self._bus.js.stream_info(DEAD_STREAM, subjects_filter=f"{DEAD_SUBJECT}.>")
            end = min(before or info.state.last_seq + 1, info.state.last_seq + 1)
            found: list[DeadLetter] = []
            first, window, start = max(1, info.state.first_seq), 2 * limit, end
            while start > first and len(found) <= limit:
                stop, start = start, max(first, start - window)
                found = [*await self._between(subject, start, stop), *found]
                window *= 4
        except (NatsError, TimeoutError) as error:
            raise Unavailable(f"dead letters: {type(error).__name__}") from error
        by_service: dict[str, int] = {}
        for name, count in (info.state.subjects or {}).items():
            by_service[name.split(".")[1]] = by_service.get(name.split(".")[1], 0) + count
        page = found[-limit:][::-1]
        more = len(found) > limit
        total = sum(by_service.values()) if service is None else by_service.get(service, 0)
        return DeadLetterPage(page, page[-1].seq if more else None, total, by_service)

    async def _between(self, subject: str, start: int, stop: int) -> list[DeadLetter]:
        """Return the letters of positions ``start`` <= seq < ``stop``, by their headers alone."""
        pull = await self._bus.js.pull_subscribe(
            subject, stream=DEAD_STREAM,
            config=api.ConsumerConfig(
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=start, headers_only=True,
                ack_policy=api.AckPolicy.NONE, mem_storage=True, num_replicas=1, inactive_threshold=_READER_KEPT_S,
            ),
        )  # fmt: skip
        found: list[DeadLetter] = []
        try:
            left = (await pull.consumer_info()).num_pending or 0
            while left > 0:
                for msg in await pull.fetch(min(left, MAX_PAGE), timeout=_FETCH_LIMIT_S):
                    left = msg.metadata.num_pending
                    seq = msg.metadata.sequence.stream
                    if seq >= stop:
                        return found
                    found.append(_letter(seq, msg.metadata.timestamp, msg.subject, msg.headers or {}))
        except NatsTimeoutError:  # what was left has been removed meanwhile
            return found
        finally:
            with suppress(NatsError):
                name = (await pull.consumer_info()).name
                await pull.unsubscribe()
                await self._bus.js.delete_consumer(DEAD_STREAM, name)
        return found

    async def inspect(self, seq: int) -> DeadLetterDetail:
        """Return one letter whole. Raises NoSuchLetter."""
        stored = await self._stored(seq)
        headers = stored.headers or {}
        letter = _letter(seq, stored.time or utc_now(), stored.subject or "", headers)
        parked = _parked(headers)
        shown = dict(parked.headers) if parked else own_headers(headers)
        return DeadLetterDetail(letter, shown, stored.data or b"")

    async def replay(self, seq: int, *, by: str) -> None:
        """Give a letter back to the consumer that parked it, and only to it.

        ``by`` (an agent's id) goes to the log. Raises NoSuchLetter, NoSuchConsumer (it would reach nobody).
        """
        detail = await self.inspect(seq)
        letter = detail.letter
        await self._must_be_taken(letter)
        stored = await self._stored(seq)
        parked_id = _parked_id(stored.headers or {}, seq)
        replay = Replay(
            letter=parked_id, replays=letter.replays + 1, tries=letter.tries, first_at=letter.first_failed_at,
            history=[*letter.history, FailedTry.now(self._bus.instance, "replayed by a person")],
        )  # fmt: skip
        headers = own_headers(stored.headers) | {
            "Nats-Msg-Id": f"replay:{parked_id}",
            ONLY_HEADER: letter.consumer,
            REPLAY_HEADER: as_header(replay),
        }
        await self._bus.publish_raw(letter.subject, detail.body, headers)
        await self._remove(seq)
        log.info("dead_letter_replayed", seq=seq, consumer=letter.consumer, message=letter.message, by=by)

    async def discard(self, seq: int, *, by: str) -> None:
        """Remove a letter for good; ``by`` (an agent's id) goes to the log. Raises NoSuchLetter."""
        letter = (await self.inspect(seq)).letter
        if not await self._remove(seq):
            raise NoSuchLetter(seq)
        log.warning(
            "dead_letter_discarded", seq=seq, consumer=letter.consumer, message=letter.message,
            message_id=letter.message_id, by=by,
        )  # fmt: skip

    async def _stored(self, seq: int) -> api.RawStreamMsg:
        try:
            return await self._bus.js.get_msg(DEAD_STREAM, seq=seq)
        except NotFoundError as error:
            raise NoSuchLetter(seq) from error
        except NatsError as error:
            raise Unavailable(f"dead letters: {type(error).__name__}") from error

    async def _remove(self, seq: int) -> bool:
        try:
            return await self._bus.js.delete_msg(DEAD_STREAM, seq)
        except APIError as error:
            if error.code in {400, 404, 500}:  # no such message: another replay or discard was faster
                return False
            raise Unavailable(f"dead letters: {error.description}") from error
        except NatsError as error:
            raise Unavailable(f"dead letters: {type(error).__name__}") from error

    async def _must_be_taken(self, letter: DeadLetter) -> None:
        owner = letter.subject.split(".", maxsplit=1)[0]
        stream = next((spec.name for spec in STREAMS if spec.owner == owner), None)
        if stream is None:
            raise NoSuchConsumer(letter.consumer)
        wanted = ".".join(letter.subject.split(".")[:3]) + "."
        offset = 0
        while True:
            try:
                page = await self._bus.js.consumers_info(stream, offset=offset)
            except NatsError as error:
                raise Unavailable(f"dead letters: {type(error).__name__}") from error
            for info in page:
                filters = info.config.filter_subjects or [info.config.filter_subject or ""]
                if _durable_of(info.name) == letter.consumer and any(f.startswith(wanted) for f in filters):
                    return
            offset += len(page)
            if len(page) < _CONSUMERS_A_PAGE:
                raise NoSuchConsumer(letter.consumer)


_CONSUMERS_A_PAGE = 256


def _durable_of(name: str) -> str:
    """Return the consumer as services name it: without the partition or the alternating mark of a lane."""
    base, _, last = name.rpartition("-")
    return base if last in {"a", "b"} or (last[:1] == "p" and last[1:].isdigit()) else name


def _parked(headers: Mapping[str, str]) -> Parked | None:
    with suppress(ValidationError):
        return Parked.model_validate_json(headers.get(PARKED_HEADER, ""))
    return None


def _parked_id(headers: Mapping[str, str], seq: int) -> str:
    parked = _parked(headers)
    return parked.letter if parked else str(seq)


def _letter(seq: int, at: datetime, subject: str, headers: Mapping[str, str]) -> DeadLetter:
    parked = _parked(headers)
    if parked is None:  # parked by a version that kept less
        _, service, consumer = subject.split(".", maxsplit=2)
        original = published_subject(headers.get("Ispbot-Subject", ""))
        return DeadLetter(
            seq=seq, parked_at=at, service=service, consumer=consumer, subject=original,
            message=original.split(".")[2] if original.count(".") > 1 else "unknown", message_id=None,
            correlation_id=None, why="failed", reason=headers.get("Ispbot-Reason", ""), stored_at=at,
            first_failed_at=at, last_failed_at=at, tries=1, replays=0, history=(),
        )  # fmt: skip
    return DeadLetter(
        seq=seq, parked_at=at, service=parked.service, consumer=parked.consumer, subject=parked.subject,
        message=parked.message, message_id=parked.message_id, correlation_id=parked.correlation_id, why=parked.why,
        reason=parked.reason, stored_at=parked.stored_at, first_failed_at=parked.first_at,
        last_failed_at=parked.last_at, tries=parked.tries, replays=parked.replays, history=tuple(parked.history),
    )  # fmt: skip
