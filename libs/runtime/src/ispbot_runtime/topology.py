"""Streams and buckets, created or brought up to date by any replica of any service (idempotent).

A replica of an older version leaves alone what a newer one made. Streams of messages drop the oldest when they are full
(what is unread is watched, ``backlog``); the dead letters and the buckets refuse what is new, for nothing there is ever
"old enough".
"""

from dataclasses import replace

from nats.js import JetStreamContext, api
from nats.js.errors import BadRequestError, NotFoundError, ServerError

from ispbot_contracts.streams import (
    DEAD_MAX_BYTES,
    DEAD_STREAM,
    DEAD_SUBJECT,
    DUPLICATE_WINDOW,
    LEASE_BUCKET,
    MEDIA_BUCKET,
    NOTICE_WINDOW_BUCKET,
    SESSION_BUCKET,
    SETTINGS_BUCKET,
    STREAMS,
    TOPOLOGY_VERSION,
    TRIES_BUCKET,
    StreamSpec,
)
from ispbot_runtime.durables import VERSION_KEY, version_of
from ispbot_runtime.errors import RuntimeFailure
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_LEASE_TTL_S = 15.0
_TRIES_TTL_S = 24 * 3600.0
_TRIES_MAX_BYTES = 64 * 1024**2
_NOTICE_WINDOW_TTL_S = 25 * 3600.0
_NOTICE_WINDOW_MAX_BYTES = 256 * 1024**2
_NAME_IN_USE = 10058
_CAN_NOT_CHANGE = 10052


class TopologyRefused(RuntimeFailure):
    """A stream is there with something that can not be changed: a person must look."""


def _stream_config(spec: StreamSpec, replicas: int) -> api.StreamConfig:
    source, target = spec.transform
    return api.StreamConfig(
        name=spec.name,
        subjects=spec.subjects,
        retention=api.RetentionPolicy.LIMITS,
        max_age=spec.max_age.total_seconds(),
        max_bytes=spec.max_bytes,
        discard=api.DiscardPolicy.OLD,
        storage=api.StorageType.FILE,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        subject_transform=api.SubjectTransform(src=source, dest=target),
        allow_direct=True,
        metadata={VERSION_KEY: str(TOPOLOGY_VERSION)},
    )


def _dead_config(replicas: int) -> api.StreamConfig:
    return api.StreamConfig(
        name=DEAD_STREAM,
        subjects=[f"{DEAD_SUBJECT}.>"],
        max_bytes=DEAD_MAX_BYTES,
        discard=api.DiscardPolicy.NEW,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        allow_direct=True,
        metadata={VERSION_KEY: str(TOPOLOGY_VERSION)},
    )


async def _ensure_stream(js: JetStreamContext, config: api.StreamConfig) -> None:
    try:
        await js.add_stream(config)
    except BadRequestError as error:
        if error.err_code != _NAME_IN_USE:
            raise
        present = (await js.stream_info(config.name or "")).config
        if version_of(present.metadata) > TOPOLOGY_VERSION:
            log.info("newer_stream_left_alone", stream=config.name)
            return
        await _update(js, config)


async def _update(js: JetStreamContext, config: api.StreamConfig) -> None:
    try:
        await js.update_stream(config)
    except (BadRequestError, ServerError) as error:
        if error.err_code == _CAN_NOT_CHANGE:
            raise TopologyRefused(f"stream {config.name}: {error.description}") from error
        raise


async def _ensure_bucket(
    js: JetStreamContext, bucket: str, replicas: int, *, history: int, ttl: float | None = None,
    max_bytes: int | None = None,
) -> None:  # fmt: skip
    try:
        await js.key_value(bucket)
    except NotFoundError:
        try:
            await js.create_key_value(
                api.KeyValueConfig(bucket=bucket, history=history, ttl=ttl, replicas=replicas, max_bytes=max_bytes)
            )
        except BadRequestError as error:  # another replica was faster, with other limits
            if error.err_code != _NAME_IN_USE:
                raise
    await _limits(js, f"KV_{bucket}", replicas, history=history, ttl=ttl, max_bytes=max_bytes)


async def _limits(
    js: JetStreamContext, stream: str, replicas: int, *, history: int | None = None, ttl: float | None = None,
    max_bytes: int | None = None,
) -> None:  # fmt: skip
    present = (await js.stream_info(stream)).config
    wanted = replace(
        present,
        num_replicas=replicas,
        max_msgs_per_subject=history or present.max_msgs_per_subject,
        max_age=ttl or present.max_age,
        max_bytes=max_bytes or present.max_bytes,
    )
    if wanted != present:
        await _update(js, wanted)


async def ensure_topology(js: JetStreamContext, replicas: int = 1) -> None:
    """Create what is missing and update the limits of what is there. Raises TopologyRefused when that is impossible."""
    for spec in STREAMS:
        await _ensure_stream(js, _stream_config(spec, replicas))
    await _ensure_stream(js, _dead_config(replicas))
    await _ensure_bucket(js, SETTINGS_BUCKET, replicas, history=64)
    await _ensure_bucket(js, SESSION_BUCKET, replicas, history=1)
    await _ensure_bucket(js, LEASE_BUCKET, replicas, history=1, ttl=_LEASE_TTL_S)
    await _ensure_bucket(js, TRIES_BUCKET, replicas, history=1, ttl=_TRIES_TTL_S, max_bytes=_TRIES_MAX_BYTES)
    await _ensure_bucket(
        js, NOTICE_WINDOW_BUCKET, replicas, history=1, ttl=_NOTICE_WINDOW_TTL_S, max_bytes=_NOTICE_WINDOW_MAX_BYTES
    )
    try:
        await js.object_store(MEDIA_BUCKET)
    except NotFoundError:
        await js.create_object_store(MEDIA_BUCKET, config=api.ObjectStoreConfig(replicas=replicas))
    await _limits(js, f"OBJ_{MEDIA_BUCKET}", replicas)
