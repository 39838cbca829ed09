"""Streams and buckets, created or brought up to date by any replica of any service (idempotent)."""

import asyncio

from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext, api
from nats.js.errors import BadRequestError, NotFoundError, ServiceUnavailableError

from ispbot_contracts.streams import (
    DEAD_STREAM,
    DEAD_SUBJECT,
    DUPLICATE_WINDOW,
    LEASE_BUCKET,
    MEDIA_BUCKET,
    SESSION_BUCKET,
    SETTINGS_BUCKET,
    STREAMS,
    TRIES_BUCKET,
    StreamSpec,
)
from ispbot_runtime.logs import get_logger

_DEAD_MAX_BYTES = 1024**3
_LEASE_TTL_S = 15.0
_TRIES_TTL_S = 24 * 3600.0
_NAME_IN_USE = 10058
_AGAIN_S = 0.5

log = get_logger(__name__)


def _stream_config(spec: StreamSpec, replicas: int) -> api.StreamConfig:
    source, target = spec.transform
    return api.StreamConfig(
        name=spec.name,
        subjects=spec.subjects,
        retention=api.RetentionPolicy.LIMITS,
        max_age=spec.max_age.total_seconds(),
        max_bytes=spec.max_bytes,
        storage=api.StorageType.FILE,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        subject_transform=api.SubjectTransform(src=source, dest=target),
        allow_direct=True,
    )


async def _ensure_stream(js: JetStreamContext, config: api.StreamConfig) -> None:
    try:
        await js.add_stream(config)
    except BadRequestError as error:
        if error.err_code != _NAME_IN_USE:
            raise
        await js.update_stream(config)


async def _ensure_bucket(
    js: JetStreamContext, bucket: str, replicas: int, *, history: int, ttl: float | None = None
) -> None:
    try:
        await js.key_value(bucket)
    except NotFoundError:
        await js.create_key_value(api.KeyValueConfig(bucket=bucket, history=history, ttl=ttl, replicas=replicas))


async def ensure_consumer(js: JetStreamContext, stream: str, config: api.ConsumerConfig) -> None:
    """Create or update a durable consumer, for as long as it takes: a cluster makes many of them in tens of seconds."""
    while True:
        try:
            await js.add_consumer(stream, config)
        except (NatsTimeoutError, NoRespondersError, ServiceUnavailableError) as error:
            log.warning("consumer_not_ready", durable=config.durable_name, reason=str(error) or type(error).__name__)
            await asyncio.sleep(_AGAIN_S)
        else:
            return


async def ensure_topology(js: JetStreamContext, replicas: int = 1) -> None:
    """Create what is missing and update the limits of what is there."""
    for spec in STREAMS:
        await _ensure_stream(js, _stream_config(spec, replicas))
    await _ensure_stream(
        js,
        api.StreamConfig(
            name=DEAD_STREAM,
            subjects=[f"{DEAD_SUBJECT}.>"],
            max_bytes=_DEAD_MAX_BYTES,
            num_replicas=replicas,
            duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        ),
    )
    await _ensure_bucket(js, SETTINGS_BUCKET, replicas, history=64)
    await _ensure_bucket(js, SESSION_BUCKET, replicas, history=1)
    await _ensure_bucket(js, LEASE_BUCKET, replicas, history=1, ttl=_LEASE_TTL_S)
    await _ensure_bucket(js, TRIES_BUCKET, replicas, history=1, ttl=_TRIES_TTL_S)
    try:
        await js.object_store(MEDIA_BUCKET)
    except NotFoundError:
        await js.create_object_store(MEDIA_BUCKET, config=api.ObjectStoreConfig(replicas=replicas))
