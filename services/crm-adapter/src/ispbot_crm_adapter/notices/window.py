"""The same words to the same phone within the window are one notice, whichever replica is asked and whenever.

A key per fingerprint in a bucket, created by compare-and-set, holds the moment of the first one: its window has no edges
between which a repetition could slip through, and the id derives from both, so every repetition gets the same id.
"""

import hashlib
from datetime import UTC, datetime, timedelta

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from ispbot_contracts.base import derive_id
from ispbot_contracts.streams import NOTICE_WINDOW_BUCKET
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Unavailable

_TRIES = 5


def fingerprint(phone: str, text: str, file_urls: list[str]) -> str:
    """Return what makes two notices the same one."""
    return hashlib.sha256("\x1f".join((phone, text, *sorted(file_urls))).encode()).hexdigest()


class DuplicateWindow:
    """Gives every notice its id."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._bucket: KeyValue | None = None

    async def notice_id(self, mark: str, now: datetime, window: timedelta) -> tuple[str, datetime]:
        """Return the id of the notice with this fingerprint, and when it came first. Raises Unavailable."""
        try:
            first = await self._first(mark, now, window)
        except NatsError as error:
            self._bucket = None
            raise Unavailable(f"notice window: {type(error).__name__}") from error
        return derive_id("notice", mark, str(_ms(first))), first

    async def _first(self, mark: str, now: datetime, window: timedelta) -> datetime:
        if self._bucket is None:
            self._bucket = await self._bus.js.key_value(NOTICE_WINDOW_BUCKET)
        now, value = _moment(_ms(now)), str(_ms(now)).encode()
        for _ in range(_TRIES):
            try:
                await self._bucket.create(mark, value)
            except KeyWrongLastSequenceError:
                pass
            else:
                return now
            try:
                entry = await self._bucket.get(mark)
            except KeyNotFoundError:  # it ran out between the two questions
                continue
            first = _moment(int(entry.value or b"0"))
            if now - first < window:
                return first
            try:
                await self._bucket.update(mark, value, last=entry.revision)
            except KeyWrongLastSequenceError:  # another repetition began the new window
                continue
            return now
        raise Unavailable("notice window: too many at once")


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
