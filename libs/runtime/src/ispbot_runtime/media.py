"""The media object store: files never travel inside messages. Keys are made from the content, so storing twice is once."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, ObjectMeta
from nats.js.errors import NotFoundError, ObjectNotFoundError
from nats.js.object_store import ObjectStore

from ispbot_contracts.content import MediaInfo
from ispbot_contracts.streams import MEDIA_BUCKET
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import RuntimeFailure, Unavailable

_GET_LIMIT_S = 60.0
_CHUNKS_AT_ONCE = 8
_CHUNK_LIMIT_S = 10.0
_UNREAD_KEPT_S = 60.0
_REFUSED_KEPT_S = 30.0


class MediaMissing(RuntimeFailure):
    """There is no such object (never stored, or cleaned by retention)."""


@dataclass(frozen=True)
class OpenedMedia:
    """A file to be read piece by piece; ``chunks`` raises Unavailable when the store goes away or the file is damaged."""

    size_bytes: int
    mime: str
    chunks: AsyncIterator[bytes]


class MediaStore:
    """Puts and gets whole files, and opens them to be streamed."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._refused: tuple[str, float] | None = None

    def problem(self) -> str | None:
        """Return why files could not be stored lately, None when they can."""
        recent = self._refused is not None and time.monotonic() - self._refused[1] < _REFUSED_KEPT_S
        return self._refused[0] if self._refused is not None and recent else None

    async def _store(self) -> ObjectStore:
        return await self._bus.js.object_store(MEDIA_BUCKET)

    async def put(self, data: bytes, *, mime: str, name: str | None = None, seconds: int | None = None) -> MediaInfo:
        """Store a file and return how to find it. Raises Unavailable."""
        digest = hashlib.sha256(data).hexdigest()
        info = MediaInfo(mime=mime, name=name, size_bytes=len(data), sha256=digest, seconds=seconds, object_key=digest)
        try:
            store = await self._store()
            try:
                await store.get_info(digest)
            except (ObjectNotFoundError, NotFoundError):
                await store.put(digest, data, meta=ObjectMeta(name=digest, headers={"Content-Type": mime}))
        except NatsError as error:
            self._refused = (f"media store: {error}", time.monotonic())
            raise Unavailable(self._refused[0]) from error
        self._refused = None
        return info

    async def get(self, key: str) -> bytes:
        """Return a file. Raises MediaMissing or Unavailable."""
        try:
            async with asyncio.timeout(_GET_LIMIT_S):
                found = await (await self._store()).get(key)
        except (ObjectNotFoundError, NotFoundError) as error:
            raise MediaMissing(key) from error
        except (NatsError, TimeoutError) as error:
            raise Unavailable(f"media store: {error}") from error
        return found.data or b""

    async def open(self, key: str) -> OpenedMedia:
        """Return a file to stream, never more than a few chunks in memory. Raises MediaMissing or Unavailable."""
        try:
            info = await (await self._store()).get_info(key)
        except (ObjectNotFoundError, NotFoundError) as error:
            raise MediaMissing(key) from error
        except NatsError as error:
            raise Unavailable(f"media store: {error}") from error
        mime = (info.headers or {}).get("Content-Type", "application/octet-stream")
        return OpenedMedia(info.size or 0, mime, self._chunks(key, str(info.nuid), info.chunks or 0))

    async def _chunks(self, key: str, nuid: str, count: int) -> AsyncIterator[bytes]:
        digest, left = hashlib.sha256(), count
        try:
            pull = await self._bus.js.pull_subscribe(
                f"$O.{MEDIA_BUCKET}.C.{nuid}",
                stream=f"OBJ_{MEDIA_BUCKET}",
                config=ConsumerConfig(
                    ack_policy=AckPolicy.NONE, mem_storage=True, inactive_threshold=_UNREAD_KEPT_S, num_replicas=1
                ),
            )
            try:
                while left:
                    for msg in await pull.fetch(min(left, _CHUNKS_AT_ONCE), timeout=_CHUNK_LIMIT_S):
                        left -= 1
                        digest.update(msg.data)
                        yield msg.data
            finally:
                await pull.unsubscribe()
        except (NatsError, TimeoutError) as error:
            raise Unavailable(f"media store: {error}") from error
        if digest.hexdigest() != key:
            raise Unavailable(f"media store: {key} is damaged")
