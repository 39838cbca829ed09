"""Files of notices: fetched from the address the system gave, checked, kept in the media store."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pymongo.errors import PyMongoError

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import NoticeSettings
from ispbot_crm_adapter.errors import CrmError
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.cleaning import urls_in
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.moves import FetchedFile, parts_of
from ispbot_crm_adapter.outbound import HttpDoor
from ispbot_crm_adapter.settings import Limits
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Document
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

_AT_ONCE = 8
_TICK_S = 1.0
_LEASE = timedelta(minutes=2)
_TRIES = 3
_MIB = 1024 * 1024
_LINKS_LOOKED_AT = 3
_NO_USE_TO_REPEAT = ("forbidden_address", "invalid_url", "too_big", "file_type", "denied")
_MAYBE_PDF = ("application/pdf", "application/x-pdf", "application/octet-stream", "application/force-download", "")
_TYPES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)
"""What a chat shows safely; the content tells, not the name or what the server says."""


@dataclass
class Attachments:
    """Fetches files of notices, a few at once. Each replica takes its share under a lease."""

    ledger: Ledger
    media: MediaStore
    watch: SettingsWatch
    limits: Limits
    wake: asyncio.Event
    retry_after: timedelta
    more: asyncio.Event = field(default_factory=asyncio.Event)
    _door: HttpDoor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the door to the files' servers."""
        self._door = HttpDoor(verify_tls=True, limits=replace(self.limits, concurrency=_AT_ONCE))

    async def run(self) -> None:
        """Run for ever."""
        while True:
            self.more.clear()
            taken = 0
            try:
                taken = await self.turn(utc_now())
            except (Retryable, PyMongoError) as error:
                log.warning("notice_files_wait", reason=type(error).__name__)
            if not taken:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.more.wait(), _TICK_S)

    async def stop(self) -> None:
        """Close the connections."""
        await self._door.aclose()

    async def turn(self, now: datetime) -> int:
        """Fetch the files of some notices; returns of how many."""
        notices = await self.ledger.lease_files(now, _LEASE, _AT_ONCE)
        ends = await asyncio.gather(*(self._prepare(notice) for notice in notices), return_exceptions=True)
        for notice, end in zip(notices, ends, strict=True):
            if isinstance(end, Exception) and not isinstance(end, (Retryable, PyMongoError)):
                log.error("notice_files_failed", notice_id=notice["_id"], exc_info=end)
                files = [FetchedFile(url, problem="unexpected") for url in notice["file_urls"]]
                await self._settle(notice, files, again=True)
        if notices:
            self.wake.set()
        for end in ends:
            if isinstance(end, (Retryable, PyMongoError)):
                raise end
        return len(notices)

    async def _prepare(self, notice: Document) -> None:
        given, settings = notice["file_urls"], self.watch.current(NoticeSettings)
        files = [await self._fetch(url, settings, only_pdf=False) for url in given]
        if settings.attach_pdf_links:
            links = [url for url in urls_in(notice["text"]) if url not in given][:_LINKS_LOOKED_AT]
            looked = [await self._fetch(url, settings, only_pdf=True) for url in links]
            files += [file for file in looked if file.media is not None or file.problem not in (None, "file_type")]
        again = any(file.problem is not None and file.problem not in _NO_USE_TO_REPEAT for file in files)
        await self._settle(notice, files, again=again)

    async def _settle(self, notice: Document, files: Sequence[FetchedFile], *, again: bool) -> None:
        """Look at the files once more while there are tries left, else let the notice go with what there is."""
        if again and notice["file_tries"] + 1 < _TRIES:
            await self.ledger.look_again(notice, utc_now() + self.retry_after * (notice["file_tries"] + 1))
            return
        for file in files:
            metrics.FILES.labels(file.problem or "stored").inc()
        await self.ledger.ready(notice, parts_of(notice["text"], files), files, utc_now())

    async def _fetch(self, url: str, settings: NoticeSettings, *, only_pdf: bool) -> FetchedFile:
        """Fetch one file. Raises Unavailable when our own store is away."""
        wanted = _MAYBE_PDF.__contains__ if only_pdf else None
        try:
            body = await self._door.get_file(url, settings.max_attachment_mb * _MIB, only_if=wanted)
        except TimeoutError:
            return FetchedFile(url, problem="timeout")
        except CrmError as error:
            return FetchedFile(url, problem=error.code)
        mime, ending = type_of(body or b"")
        if mime is None or (only_pdf and mime != "application/pdf"):
            return FetchedFile(url, problem="file_type")
        media = await self.media.put(body or b"", mime=mime, name=name_of(url, ending))
        return FetchedFile(url, media=media)


def type_of(body: bytes) -> tuple[str | None, str]:
    """Return MIME type and file name ending by content, None when it is nothing we send."""
    return next(((mime, ending) for start, mime, ending in _TYPES if body.startswith(start)), (None, ""))


def name_of(url: str, ending: str) -> str:
    """Return the name the customer sees: the address's last part when it looks like a file's name."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    name = "".join(ch for ch in name if ch.isalnum() or ch in " ._-")[:80].strip()
    if name.lower().endswith(ending):
        return name
    return f"Factura{ending}" if ending == ".pdf" else f"imagen{ending}"
