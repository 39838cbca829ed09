"""The newest ticket events in memory, so that a browser that comes back gets exactly what it missed."""

from collections import deque
from dataclasses import dataclass

SIZE = 5000
"""How many stream positions back a browser can be and still continue without reading everything anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the stream as it was stored."""

    seq: int
    subject: str
    raw: bytes


class Ring:
    """Every event in ``(floor, head]``, oldest first."""

    def __init__(self, floor: int, size: int = SIZE) -> None:
        self.floor = floor
        self.head = floor
        self._size = size
        self._entries: deque[Entry] = deque()

    def add(self, entry: Entry) -> bool:
        """Keep an event; False when it was here already."""
        if entry.seq <= self.head:
            return False
        self.head = entry.seq
        self._entries.append(entry)
        if len(self._entries) > self._size:
            self.floor = self._entries.popleft().seq
        return True

    def after(self, since: int) -> list[Entry] | None:
        """Return the events after a position, None when some of them are no longer (or not yet) here."""
        if since < self.floor or since > self.head:
            return None
        found = []
        for entry in reversed(self._entries):
            if entry.seq <= since:
                break
            found.append(entry)
        return found[::-1]
