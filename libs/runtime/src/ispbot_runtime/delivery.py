"""What becomes of one message: parsed, handled, its outputs published, and only then acknowledged.

Retryable: again later, in order. Poison or too many failures: parked in the dead-letter stream with its reason.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from cachetools import LRUCache
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError
from pymongo.errors import ConnectionFailure
from structlog.contextvars import bound_contextvars

from ispbot_contracts.base import Message
from ispbot_contracts.catalogue import message_type
from ispbot_contracts.streams import DEAD_SUBJECT
from ispbot_runtime import metrics
from ispbot_runtime.errors import Poison, Retryable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

Handler = Callable[[Any], Awaitable[Iterable[Message] | None]]
Publish = Callable[[Message], Awaitable[None]]
PublishRaw = Callable[[str, bytes, dict[str, str]], Awaitable[None]]

ACK_WAIT_S = 10.0
MAX_FAILURES = 5
_HANDLER_LIMIT_S = 60.0
_BACKOFF_S = (0.5, 2.0, 5.0, 15.0, 30.0)


class Delivery:
    """Carries messages of one consumer to their handlers."""

    def __init__(
        self,
        *,
        service: str,
        consumer: str,
        handlers: Mapping[type[Message], Handler],
        publish: Publish,
        publish_raw: PublishRaw,
    ) -> None:
        self._service = service
        self._consumer = consumer
        self._handlers = dict(handlers)
        self._publish = publish
        self._publish_raw = publish_raw
        self._failures: LRUCache[int, int] = LRUCache(maxsize=4096)
        self._in_flight = metrics.IN_FLIGHT.labels(consumer)

    async def deliver(self, msg: Msg) -> float | None:
        """Handle one message to its end; returns the delay in seconds when it must come again, else None."""
        kind = message_type(msg.subject)
        handler = self._handlers.get(kind) if kind else None
        if kind is None or handler is None:
            await self._park(msg, "unknown", f"no handler for {msg.subject}")
            return None
        try:
            message = kind.model_validate_json(msg.data)
        except ValidationError as error:
            await self._park(msg, kind.name, str(error))
            return None
        beat = _Heartbeat(msg)
        with self._in_flight.track_inprogress(), bound_contextvars(correlation_id=message.correlation_id):
            try:
                return await self._handle(msg, message, handler)
            finally:
                beat.stop()

    async def _handle(self, msg: Msg, message: Message, handler: Handler) -> float | None:
        started = time.perf_counter()
        self._observe_age(message)
        try:
            async with asyncio.timeout(_HANDLER_LIMIT_S):
                for output in await handler(message) or ():
                    await self._publish(output)
            await msg.ack()
        except Poison as error:
            await self._park(msg, message.name, str(error))
        except (Retryable, ConnectionFailure, NatsError) as error:
            delay = error.delay_s if isinstance(error, Retryable) else _BACKOFF_S[1]
            log.warning(
                "message_retried", consumer=self._consumer, message=message.name, reason=str(error), delay_s=delay
            )
            metrics.HANDLED.labels(self._consumer, message.name, "retried").inc()
            return delay
        except Exception as error:  # noqa: BLE001 - the bus edge of the process: a bug is retried, then parked
            return await self._failed(msg, message.name, error)
        else:
            seconds = time.perf_counter() - started
            metrics.HANDLED.labels(self._consumer, message.name, "done").inc()
            metrics.HANDLE_SECONDS.labels(self._consumer, message.name).observe(seconds)
            log.info(
                "message_handled",
                consumer=self._consumer,
                message=message.name,
                id=message.id,
                ms=round(seconds * 1000, 1),
            )
        return None

    def _observe_age(self, message: Message) -> None:
        metrics.MESSAGE_AGE.labels(self._consumer).observe(max(0.0, time.time() - message.occurred_at.timestamp()))

    async def _failed(self, msg: Msg, name: str, error: Exception) -> float | None:
        sequence = msg.metadata.sequence.stream
        failures = self._failures.get(sequence, 0) + 1
        self._failures[sequence] = failures
        log.error("message_failed", consumer=self._consumer, message=name, failures=failures, exc_info=error)
        if failures >= MAX_FAILURES:
            await self._park(msg, name, f"{type(error).__name__}: {error}")
            return None
        metrics.HANDLED.labels(self._consumer, name, "retried").inc()
        return _BACKOFF_S[failures - 1]

    async def _park(self, msg: Msg, name: str, reason: str) -> None:
        meta = msg.metadata
        headers = {key: value for key, value in (msg.headers or {}).items() if not key.startswith("Nats-")}
        headers |= {
            "Nats-Msg-Id": f"{self._consumer}:{meta.stream}:{meta.sequence.stream}",
            "Ispbot-Subject": msg.subject,
            "Ispbot-Reason": reason[:800].replace("\n", " ").replace("\r", " "),
            "Ispbot-Tries": str(meta.num_delivered),
        }
        await self._publish_raw(f"{DEAD_SUBJECT}.{self._service}.{self._consumer}", msg.data, headers)
        await msg.term()
        metrics.HANDLED.labels(self._consumer, name, "parked").inc()
        log.error("message_parked", consumer=self._consumer, message=name, reason=reason[:300])


class _Heartbeat:
    """Tells the server "still at it" so that a slow handler is not given to another replica."""

    def __init__(self, msg: Msg) -> None:
        self._msg = msg
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(ACK_WAIT_S / 3, self._beat)

    def _beat(self) -> None:
        self._task = self._loop.create_task(self._send())
        self._timer = self._loop.call_later(ACK_WAIT_S / 3, self._beat)

    async def _send(self) -> None:
        with suppress(NatsError):
            await self._msg.in_progress()

    def stop(self) -> None:
        self._timer.cancel()
