"""Files that were uploaded and wait to be sent by the same person, for a day."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta

from pymongo import IndexModel

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import MediaInfo
from ispbot_panel_api.failures import invalid
from ispbot_panel_api.media.kinds import Recognised, SendableKind
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database

COLLECTION = "uploads"
INDEXES = [IndexModel("expires_at", expireAfterSeconds=0)]

_KEPT_FOR = timedelta(hours=24)
_AT_ONCE = 2
"""Whole files in memory at the same time."""


@dataclass(frozen=True)
class Upload:
    """A stored file with what it is."""

    media_id: str
    kind: SendableKind
    info: MediaInfo


class Uploads:
    """Stores uploads and hands them to replies."""

    def __init__(self, database: Database, store: MediaStore) -> None:
        self._uploads = database[COLLECTION]
        self._store = store
        self.turns = asyncio.Semaphore(_AT_ONCE)

    async def add(self, data: bytes, what: Recognised, *, user_id: str) -> Upload:
        """Store a file for a person. Raises Unavailable."""
        info = await self._store.put(data, mime=what.mime, name=what.name)
        upload = Upload(secrets.token_hex(12), what.kind, info)
        await self._uploads.insert_one(
            {
                "_id": upload.media_id,
                "user_id": user_id,
                "kind": upload.kind,
                "info": info.model_dump(mode="json"),
                "expires_at": utc_now() + _KEPT_FOR,
            }
        )
        return upload

    async def get(self, media_id: str, *, user_id: str) -> Upload:
        """Return a person's own upload. Raises Failure when there is none."""
        found = await self._uploads.find_one({"_id": media_id, "user_id": user_id})
        if found is None or found["expires_at"] <= utc_now():
            message = "El archivo adjunto ya no está disponible. Adjuntalo de nuevo."
            raise invalid("media_id", message, code="upload_not_found")
        return Upload(media_id, found["kind"], MediaInfo.model_validate(found["info"]))
