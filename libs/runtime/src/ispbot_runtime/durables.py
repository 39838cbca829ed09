"""Durable consumers, created or brought up to date by any replica, several at once.

A replica of an older version leaves alone what a newer one made (else its narrower filter would skip the newer one's
messages). What the server refuses to change is made anew from the first message that was not acknowledged: a stand-in
keeps the place meanwhile, so a crash at any line loses no message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext, api
from nats.js.errors import BadRequestError, NotFoundError, ServerError, ServiceUnavailableError

from ispbot_contracts.streams import TOPOLOGY_VERSION
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

ResultT = TypeVar("ResultT")

VERSION_KEY = "ispbot.topology"
_A_PAGE = 256
_AGAIN_S = 0.5
_PLACE = "-moving"


@dataclass(frozen=True)
class Durable:
    """One consumer on the server; ``partition`` is "-" when it takes all of them."""

    stream: str
    name: str
    consumer: str
    partition: str
    filters: tuple[str, ...]


def version_of(metadata: dict[str, str] | None) -> int:
    """Return the topology version that made something; 0 before there were versions."""
    text = (metadata or {}).get(VERSION_KEY, "0")
    return int(text) if text.isdigit() else 0


async def list_consumers(js: JetStreamContext, stream: str) -> dict[str, api.ConsumerInfo]:
    """Return every consumer of a stream by name."""
    found: dict[str, api.ConsumerInfo] = {}
    offset = 0
    while True:
        page = await js.consumers_info(stream, offset=offset)
        found |= {info.name: info for info in page}
        offset += len(page)
        if len(page) < _A_PAGE:
            return found


async def ensure_consumer(
    js: JetStreamContext, stream: str, wanted: api.ConsumerConfig, existing: dict[str, api.ConsumerInfo]
) -> None:
    """Create a durable or bring it up to date, for as long as it takes: a cluster makes many in tens of seconds."""
    await _patiently(lambda: _ensure(js, stream, wanted, existing), wanted.durable_name or "")


async def consumers_at_start(js: JetStreamContext, stream: str) -> dict[str, api.ConsumerInfo]:
    """Return every consumer of a stream, asking for as long as it takes."""
    return await _patiently(lambda: list_consumers(js, stream), stream)


async def _patiently(work: Callable[[], Awaitable[ResultT]], what: str) -> ResultT:
    while True:
        try:
            return await work()
        except (NatsTimeoutError, NoRespondersError, ServiceUnavailableError) as error:
            log.warning("consumer_not_ready", durable=what, reason=str(error) or type(error).__name__)
            await asyncio.sleep(_AGAIN_S)


async def _ensure(
    js: JetStreamContext, stream: str, wanted: api.ConsumerConfig, existing: dict[str, api.ConsumerInfo]
) -> None:
    name = wanted.durable_name or ""
    wanted = replace(wanted, metadata={VERSION_KEY: str(TOPOLOGY_VERSION)})
    info = existing.get(name)
    place = existing.get(name + _PLACE)
    if place is not None:  # a crash in the middle of a move
        if info is None:
            await js.add_consumer(stream, _from(wanted, place.config.opt_start_seq or 1))
        await _delete(js, stream, name + _PLACE)
        return
    if info is None:
        await js.add_consumer(stream, wanted)
        return
    if version_of(info.config.metadata) > TOPOLOGY_VERSION:
        log.info("newer_consumer_left_alone", consumer=name)
        return
    try:
        await js.add_consumer(
            stream, replace(wanted, deliver_policy=info.config.deliver_policy, opt_start_seq=info.config.opt_start_seq)
        )
    except (BadRequestError, ServerError) as error:
        if "can not be updated" not in str(error.description):
            raise
        log.warning("consumer_made_anew", consumer=name, reason=str(error.description))
        await _move(js, stream, wanted)


async def _move(js: JetStreamContext, stream: str, wanted: api.ConsumerConfig) -> None:
    name = wanted.durable_name or ""
    with suppress(NotFoundError):
        info = await js.consumer_info(stream, name)
        floor = (info.ack_floor.stream_seq or 0) if info.ack_floor is not None else 0
        place = _from(replace(wanted, durable_name=name + _PLACE), floor + 1)
        await js.add_consumer(stream, place)
        await _delete(js, stream, name)
        await js.add_consumer(stream, _from(wanted, floor + 1))
    await _delete(js, stream, name + _PLACE)


def _from(config: api.ConsumerConfig, sequence: int) -> api.ConsumerConfig:
    return replace(config, deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=sequence)


async def _delete(js: JetStreamContext, stream: str, name: str) -> None:
    with suppress(NotFoundError):
        await js.delete_consumer(stream, name)
