"""Request/reply over the bus: typed questions, answered by an envelope, refusals as values, never a silence."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import structlog
from faststream.nats import NatsBroker, NatsMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from pydantic import BaseModel, ValidationError

from ispbot_contracts.base import Query, RefusalInfo, ReplyEnvelope
from ispbot_runtime import metrics
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import correlated, get_logger
from ispbot_runtime.parking import describe

log = get_logger(__name__)

AnswerT = TypeVar("AnswerT", bound=BaseModel)
QueryT = TypeVar("QueryT", bound=Query[Any])

_ASK_RETRY_S = 0.15
_MAX_PARALLEL_ANSWERS = 64
_CORRELATION = "Ispbot-Correlation"


class Questions:
    """The half of the bus that asks and answers."""

    service: str
    nc: Client
    _broker: NatsBroker

    async def ask(self, query: Query[AnswerT], *, timeout_s: float = 5.0) -> AnswerT:
        """Ask and return the answer. Raises Refusal (the answer is no) or Unavailable (nobody answered in time)."""
        name = f"{query.owner}.{query.name}"
        started = time.perf_counter()
        correlation = structlog.contextvars.get_contextvars().get("correlation_id")
        headers = {_CORRELATION: str(correlation)} if correlation else None
        try:
            reply = await self._request(query.subject(), query.model_dump_json().encode(), timeout_s, headers)
        except NatsError as error:
            metrics.child(metrics.QUERIES, name, "unavailable").inc()
            raise Unavailable(f"{name}: {type(error).__name__}") from error
        metrics.child(metrics.QUERY_SECONDS, name).observe(time.perf_counter() - started)
        envelope = ReplyEnvelope.model_validate_json(reply)
        if envelope.refusal is not None:
            metrics.child(metrics.QUERIES, name, "refused").inc()
            raise Refusal(envelope.refusal.code, envelope.refusal.message, **envelope.refusal.details)
        if envelope.ok is None:
            metrics.child(metrics.QUERIES, name, "unavailable").inc()
            raise Unavailable(f"{name}: {envelope.error}")
        metrics.child(metrics.QUERIES, name, "ok").inc()
        return query.answer.model_validate(envelope.ok)  # type: ignore[return-value]  # answer is the model of AnswerT

    async def _request(self, subject: str, body: bytes, timeout_s: float, headers: dict[str, str] | None) -> bytes:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                reply = await self.nc.request(
                    subject, body, timeout=max(0.05, deadline - time.monotonic()), headers=headers
                )
            except NoRespondersError:
                if time.monotonic() + _ASK_RETRY_S >= deadline:
                    raise
                await asyncio.sleep(_ASK_RETRY_S)  # the neighbour may be restarting
            else:
                return reply.data

    def answer(self, query_type: type[QueryT], handler: Callable[[QueryT], Awaitable[BaseModel]]) -> None:
        """Answer a kind of question; replicas share the questions. Register before ``start``."""
        name = f"{query_type.owner}.{query_type.name}"

        async def endpoint(msg: NatsMessage) -> bytes:
            with correlated((msg.headers or {}).get(_CORRELATION)):
                envelope = await self._answer_one(name, query_type, handler, msg.body)
            return envelope.model_dump_json().encode()

        self._broker.subscriber(query_type.subject(), queue=self.service, max_workers=_MAX_PARALLEL_ANSWERS)(endpoint)

    @asynccontextmanager
    async def answering(
        self, query_type: type[QueryT], handler: Callable[[QueryT], Awaitable[BaseModel]]
    ) -> AsyncIterator[None]:
        """Answer a kind of question for a while (only a lease holder may); what is in hand is finished at the end."""
        name = f"{query_type.owner}.{query_type.name}"
        in_hand: set[asyncio.Task[None]] = set()

        async def respond(msg: Msg) -> None:
            with correlated((msg.headers or {}).get(_CORRELATION)):
                envelope = await self._answer_one(name, query_type, handler, msg.data)
            with suppress(NatsError):  # the asker's own time limit reports it
                await msg.respond(envelope.model_dump_json().encode())

        async def received(msg: Msg) -> None:
            task = asyncio.create_task(respond(msg))
            in_hand.add(task)
            task.add_done_callback(in_hand.discard)

        subscription = await self.nc.subscribe(query_type.subject(), queue=self.service, cb=received)
        try:
            yield
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()
            await asyncio.gather(*in_hand)

    @staticmethod
    async def _answer_one(
        name: str, query_type: type[QueryT], handler: Callable[[QueryT], Awaitable[BaseModel]], body: Any
    ) -> ReplyEnvelope:
        outcome = "error"
        try:
            query = query_type.model_validate_json(body)
        except ValidationError as error:
            log.warning("query_malformed", query=name, reason=describe(error))
            metrics.child(metrics.ANSWERED, name, outcome).inc()
            return ReplyEnvelope(error="malformed question")
        try:
            result = await handler(query)
        except Refusal as refusal:
            outcome = "refused"
            info = RefusalInfo(code=refusal.code, message=refusal.message, details=refusal.details)
            return ReplyEnvelope(refusal=info)
        except Unavailable as error:
            log.warning("query_neighbour_unavailable", query=name, reason=str(error))
            return ReplyEnvelope(error=str(error))
        except Exception as error:
            log.error("query_failed", query=name, exc_info=error)
            return ReplyEnvelope(error=f"{type(error).__name__}")
        else:
            outcome = "ok"
            return ReplyEnvelope(ok=result.model_dump(mode="json"))
        finally:
            metrics.child(metrics.ANSWERED, name, outcome).inc()
