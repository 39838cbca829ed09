"""Files of received messages, fetched in a second step by a few workers. What is owed is written down first."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

import filetype
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message, derive_id, utc_now
from ispbot_contracts.content import MediaContent, MediaInfo
from ispbot_contracts.whatsapp import MediaFailed, MediaStored, MessageReceived
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.failures import MediaCorrupt, MediaGone, MediaUnreachable, NotConnected
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import RemoteMedia, WhatsAppTransport
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database, Document
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

COLLECTION = "media_jobs"
INDEXES = {COLLECTION: [IndexModel([("at", ASCENDING)], name="at")]}
_WORKERS = 4
_TRIES = 3
_PAUSE_S = 0.5
_STORE_PAUSE_S = 1.0
_GIVE_UP_AFTER = timedelta(hours=24)

Emit = Callable[[Message], Awaitable[None]]
Failure = Literal["expired", "unreachable", "corrupt", "too_large"]


class MediaFetcher:
    """Owes one file per job until MediaStored or MediaFailed is on the bus."""

    def __init__(
        self, database: Database, transport: WhatsAppTransport, store: MediaStore, emit: Emit,
        *, connected: asyncio.Event, max_bytes: int,
    ) -> None:  # fmt: skip
        self._jobs = database[COLLECTION]
        self._transport = transport
        self._store = store
        self._emit = emit
        self._connected = connected
        self._max_bytes = max_bytes
        self._queue: asyncio.Queue[Document] = asyncio.Queue()

    async def recover(self) -> None:
        """Take up what an earlier process left."""
        for job in await self._jobs.find().sort("at", ASCENDING).to_list():
            self._enqueue(job)

    async def owe(self, message: MessageReceived, remote: RemoteMedia) -> None:
        """Write down that the file of ``message`` is to be fetched (doing it twice is once)."""
        if not isinstance(message.content, MediaContent):
            return
        job: Document = {
            "_id": message.id, "at": utc_now(), "contact_id": message.contact_id, "wa_id": message.wa_id,
            "correlation_id": message.correlation_id, "media": message.content.media.model_dump(), "remote": remote,
        }  # fmt: skip
        with suppress(DuplicateKeyError):
            await self._jobs.insert_one(job)
            self._enqueue(job)

    def _enqueue(self, job: Document) -> None:
        self._queue.put_nowait(job)
        metrics.MEDIA_PENDING.inc()

    async def run(self) -> None:
        """Run for the life of the term; raises what broke a worker (a bug)."""
        workers = [asyncio.create_task(self._work()) for _ in range(_WORKERS)]
        try:
            await asyncio.gather(*workers)
        finally:
            await cancel_all(workers)

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            await patiently("media", partial(self._settle, job))
            metrics.MEDIA_PENDING.dec()

    async def _settle(self, job: Document) -> None:
        outcome = await self._fetch(job)
        fields = {"contact_id": job["contact_id"], "wa_id": job["wa_id"]}
        event: Message
        if isinstance(outcome, MediaInfo):
            event = _step(MediaStored, job, media=outcome, **fields)
            metrics.MEDIA.labels("stored").inc()
        else:
            event = _step(MediaFailed, job, reason=outcome, **fields)
            metrics.MEDIA.labels(outcome).inc()
            log.warning("media_failed", message_id=job["_id"], reason=outcome)
        await self._emit(event)
        await self._jobs.delete_one({"_id": job["_id"]})

    async def _fetch(self, job: Document) -> MediaInfo | Failure:
        announced = MediaInfo.model_validate(job["media"])
        if (announced.size_bytes or 0) > self._max_bytes:
            return "too_large"
        failure: Failure = "unreachable"
        tries = 0
        while tries < _TRIES:
            await self._connected.wait()
            try:
                data = await self._transport.download(job["remote"], max_bytes=self._max_bytes)
            except MediaGone:
                return "expired"
            except MediaCorrupt:
                failure = "corrupt"
            except MediaUnreachable:
                failure = "unreachable"
            except NotConnected:
                if _age(job) > _GIVE_UP_AFTER:
                    return "unreachable"
                await asyncio.sleep(_PAUSE_S)
                continue  # not a try: there is no link
            else:
                return await self._keep(announced, data)
            tries += 1
            if tries < _TRIES:
                await asyncio.sleep(_PAUSE_S * 2**tries * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        return failure

    async def _keep(self, announced: MediaInfo, data: bytes) -> MediaInfo:
        mime = true_mime(announced.mime, data)
        while True:
            try:
                return await self._store.put(data, mime=mime, name=announced.name, seconds=announced.seconds)
            except Unavailable as error:
                log.warning("media_store_waits", reason=str(error))
                await asyncio.sleep(_STORE_PAUSE_S)


def true_mime(declared: str, data: bytes) -> str:
    """Return the declared type unless the bytes plainly belong to another family (a script called a picture)."""
    family = declared.partition("/")[0]
    if family not in {"image", "video", "audio"}:
        return declared
    guessed = filetype.guess_mime(data)  # type: ignore[no-untyped-call]
    if guessed is None:
        return declared if family == "audio" else "application/octet-stream"
    same = guessed.partition("/")[0] == family or {guessed.partition("/")[0], family} == {"audio", "video"}
    return declared if same else str(guessed)


def _age(job: Document) -> timedelta:
    at: datetime = job["at"]
    return utc_now() - (at if at.tzinfo else at.replace(tzinfo=UTC))


def _step(kind: type[MediaStored | MediaFailed], job: Document, **fields: object) -> Message:
    return kind(
        id=derive_id(job["_id"], kind.name, "media"), occurred_at=utc_now(), correlation_id=job["correlation_id"],
        causation_id=job["_id"], **fields,
    )  # fmt: skip
