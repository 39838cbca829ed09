"""The media object store: files never travel inside messages. Keys are made from the content, so storing twice is once."""

import asyncio
import hashlib

from nats.errors import Error as NatsError
from nats.js.api import ObjectMeta
from nats.js.errors import NotFoundError, ObjectNotFoundError
from nats.js.object_store import ObjectStore

from ispbot_contracts.content import MediaInfo
from ispbot_contracts.streams import MEDIA_BUCKET
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import RuntimeFailure, Unavailable

_GET_LIMIT_S = 60.0


class MediaMissing(RuntimeFailure):
    """There is no such object (never stored, or cleaned by retention)."""


class MediaStore:
    """Puts and gets whole files."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

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
            raise Unavailable(f"media store: {error}") from error
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
