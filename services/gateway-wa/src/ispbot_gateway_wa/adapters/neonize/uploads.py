"""Files that leave: given to WhatsApp once, also when their message waits for its turn in vain and comes again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from cachetools import TTLCache
from neonize.utils.enum import MediaType

from ispbot_gateway_wa.adapters.neonize.vendor import UploadResponse

_KINDS = {
    "image": MediaType.MediaImage, "sticker": MediaType.MediaImage, "video": MediaType.MediaVideo,
    "audio": MediaType.MediaAudio, "voice": MediaType.MediaAudio,
}  # fmt: skip
_KEPT, _KEPT_S = 1000, 600.0
"""WhatsApp keeps an upload for weeks; ours only have to outlast the tries of a message."""


class Uploads:
    """What WhatsApp has of the files on their way, by chat: no two people get the same key."""

    def __init__(self, upload: Callable[[bytes, MediaType], Awaitable[UploadResponse]]) -> None:
        self._upload = upload
        self._uploaded: TTLCache[tuple[str, str, bytes], UploadResponse] = TTLCache(_KEPT, _KEPT_S)

    async def of(self, to: str, data: bytes, kind: str) -> UploadResponse:
        """Return where a file for a chat is, uploaded unless it is there already. Raises what the upload raises."""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).digest())
        uploaded = self._uploaded.get((to, kind, digest))
        if uploaded is None:
            uploaded = await self._upload(data, _KINDS.get(kind, MediaType.MediaDocument))
            self._uploaded[to, kind, digest] = uploaded
        return uploaded
