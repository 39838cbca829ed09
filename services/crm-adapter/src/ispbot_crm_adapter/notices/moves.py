"""The life of a notice: which moves there are, when it may leave, what its parts are. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ispbot_contracts.base import derive_id
from ispbot_contracts.content import MediaContent, MediaInfo, TextContent
from ispbot_contracts.notices import NoticeState
from ispbot_contracts.settings import SendingSettings

S = NoticeState

CAME_FROM: dict[NoticeState, tuple[NoticeState, ...]] = {
    S.WAITING: (S.ACCEPTED, S.SENDING),
    S.SENDING: (S.WAITING,),
    S.SENT: (S.SENDING, S.WAITING, S.UNKNOWN),
    S.DELIVERED: (S.SENT,),
    S.READ: (S.SENT, S.DELIVERED),
    S.FAILED: (S.SENDING, S.WAITING, S.UNKNOWN),
    S.UNKNOWN: (S.SENDING, S.WAITING),
    S.EXPIRED: (S.ACCEPTED, S.WAITING),
    S.CANCELLED: (S.ACCEPTED, S.WAITING),
}
"""Every write names the states it may come from, so nothing moves backwards however late or often it is told.

``sent`` may overtake our own note that a deferred notice waits: the gateway's word is the truth. Beside these, staff may
retry what failed, expired or is unknown.
"""

CAPTION_MAX = 1000
"""A longer text goes before its file."""

FILES, URGENT, NORMAL, SENDING, UNCLEAR = "files", "urgent", "normal", "sending", "unclear"
"""The lanes of work still to do; a notice that is over is in none. ``unclear`` is over but for what may still be heard."""

SILENT_FOR = timedelta(hours=1)
"""The gateway sends nothing after a notice's end and looks ten minutes for what became of a message: so long after, its
silence says nothing more."""
LISTENED_FOR = timedelta(days=2)
"""So long receipts are kept that may settle what is unknown."""


def lane_of(*, urgent: bool) -> str:
    """Return the lane in which a notice waits for its turn."""
    return URGENT if urgent else NORMAL


def send_key(notice_id: str, *, tries: int, part: int) -> str:
    """Return the key under which the gateway sends one part at most once; a retry by staff is a new key."""
    return notice_id if (tries, part) == (0, 0) else derive_id(notice_id, "send", str(tries), str(part))


def is_quiet(now: datetime, settings: SendingSettings, tz: ZoneInfo) -> bool:
    """Tell whether notices that are not urgent stay in."""
    start, end = settings.quiet_from, settings.quiet_to
    if not settings.quiet_hours or start == end:
        return False
    local: time = now.astimezone(tz).time()
    return start <= local < end if start < end else local >= start or local < end


@dataclass(frozen=True)
class FetchedFile:
    """What became of a file: stored, or a problem's code."""

    url: str
    media: MediaInfo | None = None
    problem: str | None = None


def parts_of(text: str, files: Sequence[FetchedFile]) -> list[TextContent | MediaContent]:
    """Return the messages a notice is made of: the text is the first file's caption, goes before it, or is alone.

    A file that could not be fetched leaves its link in the text.
    """
    links = [file.url for file in files if file.media is None and file.url not in text]
    text = "\n".join(filter(None, (text, *links)))
    stored = [file.media for file in files if file.media is not None]
    parts: list[TextContent | MediaContent] = []
    caption: str | None = text
    if text and (not stored or len(text) > CAPTION_MAX):
        parts.append(TextContent(text=text))
        caption = None
    for media in stored:
        kind = "image" if media.mime.startswith("image/") else "document"
        parts.append(MediaContent.model_validate({"kind": kind, "media": media, "caption": caption or None}))
        caption = None
    return parts


def expired(part: int) -> str:
    """Return the reason of a notice whose time was over when it had got to this part."""
    return "expired" if part == 0 else "expired_partly"


def again_at(asked_at: datetime | None, now: datetime, expires_at: datetime) -> datetime:
    """Return when a deferred notice is tried again: as the gateway asked, soon when it did not say, never past its end."""
    return min(max(asked_at or now + timedelta(minutes=1), now + timedelta(seconds=1)), expires_at)
