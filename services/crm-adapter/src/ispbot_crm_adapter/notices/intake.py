"""From what a system sent to a notice that is safe on the bus."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import DeliverNotice, NoticeSource
from ispbot_contracts.settings import NoticeSettings
from ispbot_contracts.whatsapp import recipient_key_of
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.notices import texts
from ispbot_crm_adapter.notices.cleaning import clean_text
from ispbot_crm_adapter.notices.parsing import FILE, KIND, TEXT, TO, URGENT, Fields, every, first, is_yes, under_one
from ispbot_crm_adapter.notices.phones import split_recipients, whatsapp_digits
from ispbot_crm_adapter.notices.refusals import PushRefused
from ispbot_crm_adapter.notices.window import DuplicateWindow, fingerprint
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Unavailable

_TEXT_MAX = 4096
"""WhatsApp's own limit of a message is far above; a notice this long is a mistake."""
_RECIPIENTS_MAX = 50
_FILES_MAX = 5
_ANSWER_S = 4.0
"""Systems wait a few seconds for us."""
_RETRY_S = 10


@dataclass(frozen=True)
class Wanted:
    """One message to one phone, checked and cleaned."""

    phone: str
    text: str
    file_urls: list[str]
    urgent: bool
    kind: str | None


@dataclass(frozen=True)
class Origin:
    """Which system wants it."""

    source: NoticeSource
    source_id: str
    source_name: str


def wanted_of(item: Fields, locale: Locale) -> list[Wanted]:
    """Return the messages of one item, one per recipient. Raises PushRefused (400, 413)."""
    recipients = split_recipients(under_one(item, TO))
    if not recipients:
        raise PushRefused(400, "phone_missing", texts.NO_PHONE)
    if len(recipients) > _RECIPIENTS_MAX:
        raise PushRefused(413, "too_many_recipients", texts.TOO_MANY_RECIPIENTS.format(limit=_RECIPIENTS_MAX))
    phones = [whatsapp_digits(written, locale) for written in recipients]
    if None in phones:
        raise PushRefused(400, "phone_invalid", texts.BAD_PHONE)
    text = clean_text(first(item, TEXT))
    urls = [url.strip() for url in every(item, FILE)]
    if len(urls) > _FILES_MAX:
        raise PushRefused(413, "too_many_files", texts.TOO_MANY_FILES.format(limit=_FILES_MAX))
    if any(not url.lower().startswith(("http://", "https://")) for url in urls):
        raise PushRefused(400, "file_url_invalid", texts.BAD_FILE_URL)
    if not text and not urls:
        raise PushRefused(400, "text_missing", texts.NO_TEXT)
    if len(text) > _TEXT_MAX:
        raise PushRefused(400, "text_too_long", texts.LONG_TEXT.format(limit=_TEXT_MAX))
    kind = first(item, KIND).strip().lower()[:40] or None
    urgent = is_yes(first(item, URGENT))
    return [Wanted(phone, text, urls, urgent, kind) for phone in dict.fromkeys(phones) if phone is not None]


def expiry(kind: str | None, received_at: datetime, settings: NoticeSettings) -> datetime:
    """Return until when a notice is worth sending."""
    hours = settings.ttl_h_by_kind.get(kind or "", settings.default_ttl_h)
    return received_at + timedelta(hours=hours)


async def accept(wanted: Wanted, origin: Origin, *, settings: NoticeSettings, bus: Bus, window: DuplicateWindow) -> str:
    """Put a notice on the bus and return its id; a repetition within the window gets the first one's. Raises PushRefused (503)."""
    if not bus.connected:
        raise away()
    mark = fingerprint(wanted.phone, wanted.text, wanted.file_urls)
    try:
        async with asyncio.timeout(_ANSWER_S):
            notice_id, received_at = await window.notice_id(
                mark, utc_now(), timedelta(minutes=settings.duplicate_window_min)
            )
            await bus.publish(command_of(notice_id, wanted, origin, received_at=received_at, settings=settings))
    except (TimeoutError, Unavailable) as error:
        raise away() from error
    return notice_id


def command_of(
    notice_id: str, wanted: Wanted, origin: Origin, *, received_at: datetime, settings: NoticeSettings,
    external_id: str | None = None, release_at: datetime | None = None,
) -> DeliverNotice:  # fmt: skip
    """Return the command that says it all."""
    return DeliverNotice.start(
        notice_id,
        occurred_at=received_at,
        recipient_key=recipient_key_of(wanted.phone),
        source=origin.source,
        source_id=origin.source_id,
        source_name=origin.source_name,
        external_id=external_id,
        phone=wanted.phone,
        text=wanted.text,
        file_urls=wanted.file_urls,
        urgent=wanted.urgent,
        kind=wanted.kind,
        release_at=release_at,
        expires_at=expiry(wanted.kind, received_at, settings),
    )


def away() -> PushRefused:
    """Return the answer while nothing can be stored."""
    return PushRefused(503, "unavailable", texts.BUS_AWAY, retry_after_s=_RETRY_S)
