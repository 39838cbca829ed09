"""What becomes of one message: parsed, handled, its outputs published, and only then acknowledged.

Retryable: again later, in order. Poison, too many failures, or too many processes taken down: parked in the dead-letter
stream with its history and its reason.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nats.aio.msg import Msg
from nats.errors import BadHeaderError, BadSubjectError, MaxPayloadError
from nats.errors import Error as NatsError
from nats.js.errors import InvalidKeyError, KeyValueError
from pydantic import ValidationError

from ispbot_contracts.base import Message
from ispbot_contracts.streams import DEAD_SUBJECT
from ispbot_runtime import metrics
from ispbot_runtime.errors import Poison, Retryable
from ispbot_runtime.logs import correlated, get_logger
from ispbot_runtime.mongo import is_of_the_server, words_of
from ispbot_runtime.parking import (
    ONLY_HEADER,
    PARKED_HEADER,
    FailedTry,
    Why,
    as_header,
    describe,
    one_line,
    own_headers,
    parked_record,
)
from ispbot_runtime.tries import Record, Tries
from ispbot_runtime.turn import Turn

log = get_logger(__name__)

Handler = Callable[[Any], Awaitable[Iterable[Message] | None]]
Publish = Callable[[Message], Awaitable[None]]
PublishRaw = Callable[[str, bytes, dict[str, str]], Awaitable[None]]

_OUR_FAULT = (MaxPayloadError, BadSubjectError, BadHeaderError, KeyValueError, InvalidKeyError)
"""Errors of the bus library that no waiting cures: they count as failures."""


@dataclass(frozen=True)
class Patience:
    """How long a message is tried. Production uses the defaults; tests are less patient."""

    ack_wait_s: float = 10.0
    """The bus gives a message to another replica after this silence; a handler at work breaks it."""
    handler_limit_s: float = 60.0
    max_failures: int = 5
    max_unknown: int = 20
    """Handlings of a kind that nobody knew, spread over replicas by chance, until no replica is expected to know it."""
    max_deaths: int = 8
    """Handlings in a row that ended without a word (counted from the third delivery on)."""
    backoff_s: tuple[float, ...] = (0.5, 2.0, 5.0, 15.0, 30.0)
    pause_unknown_s: float = 2.0

    def pause(self, failures: int) -> float:
        """Return the pause after so many failures."""
        return self.backoff_s[min(failures, len(self.backoff_s)) - 1]


def spaced(delay_s: float) -> float:
    """Return a delay with jitter (a quarter more or less), so that what failed together does not come back together."""
    return delay_s * random.uniform(0.75, 1.25)  # noqa: S311 - jitter


class Delivery:
    """Carries messages of one consumer to their handlers."""

    def __init__(
        self, *, service: str, consumer: str, handlers: Mapping[type[Message], Handler], publish: Publish,
        publish_raw: PublishRaw, tries: Tries, patience: Patience, turn: Turn | None = None,
    ) -> None:  # fmt: skip
        self._service = service
        self._consumer = consumer
        self._handlers: dict[tuple[str, ...], tuple[type[Message], Handler]] = {
            (kind.owner, kind.flavour, kind.name): (kind, handler) for kind, handler in handlers.items()
        }
        self._publish = publish
        self._publish_raw = publish_raw
        self._tries = tries
        self.patience = patience
        self._turn = turn
        self._in_flight = metrics.IN_FLIGHT.labels(consumer)

    def repeats_until(self, sequence: int) -> None:
        """Tell that a fresh consumer repeats, up to a stream sequence, what another process had in hand."""
        self._tries.repeats_until = sequence

    async def deliver(self, msg: Msg) -> float | None:
        """Handle one message to its end; returns the delay in seconds when it must come again, else None."""
        if msg.headers and msg.headers.get(ONLY_HEADER, self._consumer) != self._consumer:
            await msg.ack()
            return None
        beat = _Heartbeat(msg, self.patience.ack_wait_s / 3)
        try:
            delay = await self._deliver(msg)
        except NatsError as error:  # the acknowledgement or the parking did not get through
            log.warning("message_not_settled", consumer=self._consumer, reason=str(error))
            delay = self.patience.pause(2)
        except Retryable as error:
            log.warning("message_not_parked", consumer=self._consumer, reason=str(error))
            delay = error.delay_s
        finally:
            beat.stop()
        if delay is None:
            await self._tries.forget(msg)
            return None
        await self._tries.survived(msg)
        return spaced(delay)

    async def _deliver(self, msg: Msg) -> float | None:
        known = self._handlers.get(tuple(msg.subject.split(".", 3)[:3]))
        kind = known[0] if known is not None else None
        record = await self._tries.begin(msg)
        if record is not None and record.deaths >= self.patience.max_deaths:
            reason = f"the process ended {record.deaths} times in a row while handling this message"
            record = record.failed(FailedTry.now(self._tries.replica, reason))
            await self._park(msg, kind, "deadly", reason, record)
            return None
        if known is None:  # a replica of a newer version may know it: leave it the chance
            return await self._failed(msg, None, "unknown", f"no handler for {msg.subject.rpartition('.')[0]}")
        kind, handler = known
        try:
            message = kind.model_validate_json(msg.data)
        except ValidationError as error:
            await self._park(msg, kind, "malformed", describe(error))
            return None
        with self._in_flight.track_inprogress(), correlated(message.correlation_id):
            return await self._handle(msg, message, handler)

    async def _handle(self, msg: Msg, message: Message, handler: Handler) -> float | None:
        started = time.perf_counter()
        self._observe_age(message)
        try:
            async with asyncio.timeout(self.patience.handler_limit_s):
                if self._turn is not None:
                    await self._turn.wait(message, msg.metadata.sequence.stream)
                outputs = await handler(message)
            await self._publish_all(outputs or ())
            await msg.ack()
        except Poison as error:
            await self._park(msg, type(message), "poison", str(error))
            return None
        except _OUR_FAULT as error:
            return await self._failed(msg, type(message), "failed", error)
        except Exception as error:  # noqa: BLE001 - the bus edge of the process: a bug is retried, then parked
            if not isinstance(error, Retryable | NatsError) and not is_of_the_server(error):
                return await self._failed(msg, type(message), "failed", error)
            delay = error.delay_s if isinstance(error, Retryable) else self.patience.pause(2)
            log.warning(
                "message_retried", consumer=self._consumer, message=message.name, reason=words_of(error), delay_s=delay
            )
            metrics.HANDLED.labels(self._consumer, message.name, "retried").inc()
            return delay
        seconds = time.perf_counter() - started
        metrics.child(metrics.HANDLED, self._consumer, message.name, "done").inc()
        metrics.child(metrics.HANDLE_SECONDS, self._consumer, message.name).observe(seconds)
        log.info(
            "message_handled", consumer=self._consumer, message=message.name, id=message.id, ms=round(seconds * 1000, 1)
        )
        return None

    def _observe_age(self, message: Message) -> None:
        age_s = max(0.0, time.time() - message.occurred_at.timestamp())
        metrics.child(metrics.MESSAGE_AGE, self._consumer).observe(age_s)

    async def _publish_all(self, outputs: Iterable[Message]) -> None:
        """Publish what a handler returned: in its order where readers could see it (one stream, one key), else side by side.

        Returns or raises when nothing is on its way any more.
        """
        messages = list(outputs)
        if len(messages) < 2:
            await self._publish_in_order(messages)
            return
        queues: dict[tuple[str, str], list[Message]] = {}
        for message in messages:
            queues.setdefault((message.owner, message.key), []).append(message)
        ends = await asyncio.gather(*map(self._publish_in_order, queues.values()), return_exceptions=True)
        for end in ends:
            if end is not None:
                raise end

    async def _publish_in_order(self, outputs: Iterable[Message]) -> None:
        for output in outputs:
            await self._publish(output)

    async def _failed(self, msg: Msg, kind: type[Message] | None, why: Why, error: Exception | str) -> float | None:
        reason = error if isinstance(error, str) else f"{type(error).__name__}: {_told(error)}"
        record = await self._tries.failed(msg, reason)
        name = _name(kind, msg)
        log.error(
            "message_failed", consumer=self._consumer, message=name, failures=record.tries,
            exc_info=error if isinstance(error, Exception) else None,
        )  # fmt: skip
        most = self.patience.max_unknown if why == "unknown" else self.patience.max_failures
        if record.tries >= most:
            await self._park(msg, kind, why, reason, record)
            return None
        metrics.HANDLED.labels(self._consumer, name, "retried").inc()
        return self.patience.pause_unknown_s if why == "unknown" else self.patience.pause(record.tries)

    async def _park(
        self, msg: Msg, kind: type[Message] | None, why: Why, reason: str, record: Record | None = None
    ) -> None:
        """Store the letter, then let the message go. Raises Unavailable when the bus does not take it now."""
        name = _name(kind, msg)
        if record is None:
            record = await self._tries.failed(msg, reason)
        parked = parked_record(
            msg, service=self._service, consumer=self._consumer, message=name,
            why=why, reason=reason, history=record.history, tries=record.tries, first_at=record.first_at,
        )  # fmt: skip
        headers = own_headers(msg.headers) | {
            "Nats-Msg-Id": parked.letter,
            "Ispbot-Reason": one_line(parked.reason),
            PARKED_HEADER: as_header(parked),
        }
        await self._publish_raw(f"{DEAD_SUBJECT}.{self._service}.{self._consumer}", msg.data, headers)
        await msg.term()
        metrics.HANDLED.labels(self._consumer, name, "parked").inc()
        log.error(
            "message_parked", consumer=self._consumer, message=name, why=why, tries=parked.tries, letter=parked.letter
        )


def _name(kind: type[Message] | None, msg: Msg) -> str:
    return kind.name if kind is not None else msg.subject.split(".")[2] if msg.subject.count(".") > 1 else "unknown"


def _told(error: Exception) -> str:
    return describe(error) if isinstance(error, ValidationError) else str(error)


class _Heartbeat:
    """Tells the server "still at it" so that a slow handler is not given to another replica."""

    def __init__(self, msg: Msg, every_s: float) -> None:
        self._msg = msg
        self._every_s = every_s
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(every_s, self._beat)

    def _beat(self) -> None:
        self._task = self._loop.create_task(self._send())
        self._timer = self._loop.call_later(self._every_s, self._beat)

    async def _send(self) -> None:
        with suppress(NatsError):
            await self._msg.in_progress()

    def stop(self) -> None:
        self._timer.cancel()
