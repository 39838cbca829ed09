"""A durable consumer that starts again in order after a crash.

What the last process had in hand would come again only after ``ack_wait``, behind newer messages of the same key. So each
start continues in a fresh durable from the first message that was not acknowledged; what was acknowledged after it comes
twice, which every handler stands. The two names alternate, and a crash at any line leaves the older mark in force.
"""

from contextlib import suppress
from dataclasses import replace

from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError

_NAMES = ("a", "b")


async def start_in_order(js: JetStreamContext, stream: str, config: api.ConsumerConfig) -> str:
    """Create the consumer of this start from ``config`` (its durable name is the prefix); return its durable name."""
    base = config.durable_name or ""
    floors = await _floors(js, stream, [f"{base}-{name}" for name in _NAMES])
    if not floors:
        name = f"{base}-{_NAMES[0]}"
        await js.add_consumer(stream, replace(config, durable_name=name))
        return name
    kept = min(floors, key=lambda durable: floors[durable])
    fresh = next(f"{base}-{name}" for name in _NAMES if f"{base}-{name}" != kept)
    if fresh in floors:  # a crash in the middle of the last start
        await _delete(js, stream, fresh)
    await js.add_consumer(
        stream,
        replace(
            config,
            durable_name=fresh,
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=floors[kept] + 1,
        ),
    )
    await _delete(js, stream, kept)
    return fresh


async def _floors(js: JetStreamContext, stream: str, durables: list[str]) -> dict[str, int]:
    """Return, of the consumers that exist, the last sequence below which everything is acknowledged."""
    floors: dict[str, int] = {}
    for durable in durables:
        with suppress(NotFoundError):
            info = await js.consumer_info(stream, durable)
            floors[durable] = (info.ack_floor.stream_seq or 0) if info.ack_floor is not None else 0
    return floors


async def _delete(js: JetStreamContext, stream: str, durable: str) -> None:
    with suppress(NotFoundError):
        await js.delete_consumer(stream, durable)
