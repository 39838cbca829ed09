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


async def start_in_order(js: JetStreamContext, stream: str, config: api.ConsumerConfig) -> tuple[str, int]:
    """Create the consumer of this start from ``config`` (its durable name is the prefix).

    Returns its durable name and the stream sequence up to which it may repeat what was delivered before.
    """
    base = config.durable_name or ""
    marks = await _marks(js, stream, [f"{base}-{name}" for name in _NAMES])
    if not marks:
        name = f"{base}-{_NAMES[0]}"
        await js.add_consumer(stream, replace(config, durable_name=name))
        return name, 0
    kept = min(marks, key=lambda durable: marks[durable][0])
    floor = marks[kept][0]
    fresh = next(f"{base}-{name}" for name in _NAMES if f"{base}-{name}" != kept)
    if fresh in marks:  # a crash in the middle of the last start
        await _delete(js, stream, fresh)
    await js.add_consumer(
        stream,
        replace(
            config,
            durable_name=fresh,
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=floor + 1,
        ),
    )
    await _delete(js, stream, kept)
    return fresh, max(delivered for _, delivered in marks.values())


async def _marks(js: JetStreamContext, stream: str, durables: list[str]) -> dict[str, tuple[int, int]]:
    """Return, of the consumers that exist, the last sequence below which all is acknowledged and the last delivered."""
    marks: dict[str, tuple[int, int]] = {}
    for durable in durables:
        with suppress(NotFoundError):
            info = await js.consumer_info(stream, durable)
            marks[durable] = (_sequence(info.ack_floor), _sequence(info.delivered))
    return marks


def _sequence(info: api.SequenceInfo | None) -> int:
    return (info.stream_seq or 0) if info is not None else 0


async def _delete(js: JetStreamContext, stream: str, durable: str) -> None:
    with suppress(NotFoundError):
        await js.delete_consumer(stream, durable)


async def unfinished(js: JetStreamContext, stream: str, prefix: str) -> int:
    """Return how many messages such a consumer has still to finish: not delivered yet, or in hand."""
    left = 0
    for name in _NAMES:
        with suppress(NotFoundError):
            info = await js.consumer_info(stream, f"{prefix}-{name}")
            left = max(left, (info.num_pending or 0) + (info.num_ack_pending or 0))
    return left
