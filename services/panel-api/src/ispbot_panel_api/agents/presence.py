"""Who has a panel open, over all replicas: each tells its own on change and now and then; silence forgets a replica."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ispbot_panel_api.live.hints import PresenceSeen
from ispbot_runtime.bus import Bus

_TELL_EVERY_S = 10.0
_FORGOTTEN_AFTER_S = 30.0


class Presence:
    """Counts open panels per person."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._replica = secrets.token_hex(6)
        self._here: Counter[str] = Counter()
        self._elsewhere: dict[str, tuple[float, frozenset[str]]] = {}
        self._changed = asyncio.Event()
        self._known: list[str] = []
        self._listeners: list[Callable[[list[str]], None]] = []

    def on_change(self, listener: Callable[[list[str]], None]) -> None:
        """Call ``listener`` with everybody online after each change."""
        self._listeners.append(listener)

    def online(self) -> list[str]:
        """Return the ids of those with an open panel."""
        limit = asyncio.get_running_loop().time() - _FORGOTTEN_AFTER_S
        everybody = set(self._here)
        for seen_at, users in self._elsewhere.values():
            if seen_at > limit:
                everybody |= users
        return sorted(everybody)

    @contextmanager
    def here(self, user_id: str) -> Iterator[None]:
        """Count one open panel of a person."""
        self._here[user_id] += 1
        self._changed.set()
        self._tell_listeners()
        try:
            yield
        finally:
            self._here[user_id] -= 1
            if not self._here[user_id]:
                del self._here[user_id]
            self._changed.set()
            self._tell_listeners()

    async def heard(self, hint: PresenceSeen) -> None:
        """Take what a replica tells."""
        if hint.replica == self._replica:
            return
        self._elsewhere[hint.replica] = (asyncio.get_running_loop().time(), frozenset(hint.user_ids))
        self._tell_listeners()

    async def tell(self) -> None:
        """Run for ever: tell the other replicas who is here."""
        while True:
            try:
                async with asyncio.timeout(_TELL_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                self._forget_silent()
            self._changed.clear()
            await self._bus.hint(PresenceSeen(replica=self._replica, user_ids=sorted(self._here)))

    def _forget_silent(self) -> None:
        limit = asyncio.get_running_loop().time() - _FORGOTTEN_AFTER_S
        self._elsewhere = {replica: seen for replica, seen in self._elsewhere.items() if seen[0] > limit}
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        now = self.online()
        if now != self._known:
            self._known = now
            for listener in self._listeners:
                listener(now)
