"""Starts all parts in order, keeps them alive, and stops them in the opposite order."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path

from ispbot_launcher.child import log_path, rotate
from ispbot_launcher.parts import Part
from ispbot_launcher.watch import Event, PartStatus, PartWatch

_STOP_LIMIT_S = 20.0
_ROTATE_EVERY_S = 5.0


class Supervisor:
    """Keeps a set of parts alive."""

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        logs: Path,
        say: Callable[[Event], None],
        changed: Callable[[], None] = lambda: None,
        first_delay_s: float = 0.5,
        checkup_s: float = 5.0,
        stop_limit_s: float = _STOP_LIMIT_S,
    ) -> None:
        self.watches = [PartWatch(part, logs, say, changed, first_delay_s, checkup_s) for part in parts]
        by_name = {watch.part.name: watch for watch in self.watches}
        for watch in self.watches:
            watch.needs = [by_name[name] for name in watch.part.after if name in by_name]
        self.started_at = time.time()
        self.force = asyncio.Event()
        """Set it to kill at once what is being stopped."""
        self._logs = logs
        self._stop_limit_s = stop_limit_s
        self._rotation: asyncio.Task[None] | None = None

    async def start(self, limit_s: float) -> None:
        """Start everything, each part when those it needs are ready; return when all are, at most after ``limit_s``."""
        self._rotation = asyncio.create_task(self._rotate_logs())
        for watch in self.watches:
            watch.start()
        with contextlib.suppress(TimeoutError):  # ``not_ready`` tells which and why
            async with asyncio.timeout(limit_s):
                await asyncio.gather(*(watch.settled.wait() for watch in self.watches))

    def not_ready(self) -> dict[str, str]:
        """Return the parts that are not ready now, and why."""
        fine = (PartStatus.READY, PartStatus.DONE)
        return {watch.part.name: watch.reason or watch.status for watch in self.watches if watch.status not in fine}

    async def stop(self) -> None:
        """Stop layer by layer: services, stand-ins, database, bus; set ``force`` to kill what is slow."""
        if self._rotation is not None:
            self._rotation.cancel()
        ordered = sorted(self.watches, key=lambda watch: watch.part.layer, reverse=True)
        for _, layer in groupby(ordered, key=lambda watch: watch.part.layer):
            await asyncio.gather(*(watch.stop(self._stop_limit_s, self.force) for watch in layer))

    async def _rotate_logs(self) -> None:
        while True:
            await asyncio.sleep(_ROTATE_EVERY_S)
            for watch in self.watches:
                with contextlib.suppress(OSError):  # a full disk: tried again, and the parts themselves say it
                    rotate(log_path(self._logs, watch.part.name))
