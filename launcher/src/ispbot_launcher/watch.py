"""Keeps one part alive: start, wait until ready, restart with a growing delay when it ends or stores nothing any more, say
what happens."""

import asyncio
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ispbot_launcher.checkup import complaint_of
from ispbot_launcher.child import Child, log_path
from ispbot_launcher.http_probe import get, port_answers, why_not_ready
from ispbot_launcher.parts import Checkup, Part, Ready

_POLL_S = 0.05
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0
_LOOP_CRASHES = 5
_STABLE_S = 60.0
"""A process that lived this long was not part of a crash loop."""
_SLOW_S = 60.0
_CHECKUP_S = 5.0
_COMPLAINTS = 3
"""So many checkups in a row must fail before a process is ended."""
ROOM_BYTES = 64 * 1024**2
"""Free bytes without which a restart is not tried: on a full disk it could only make things worse."""


class PartStatus(StrEnum):
    """Where a part is."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    BROKEN = "broken"
    """It runs, but stores nothing any more."""
    DONE = "done"
    RESTARTING = "restarting"
    STOPPED = "stopped"


class Happening(StrEnum):
    """What a person is told about a part."""

    READY = "ready"
    SLOW = "slow"
    BROKEN = "broken"
    CRASHED = "crashed"
    LOOPING = "looping"
    BACK = "back"
    KILLED = "killed"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Event:
    """One thing that happened to a part, worded for the terminal."""

    part: str
    what: Happening
    text: str


@dataclass
class PartWatch:
    """A part and its present process."""

    part: Part
    logs: Path
    say: Callable[[Event], None]
    changed: Callable[[], None]
    first_delay_s: float = _FIRST_DELAY_S
    checkup_s: float = _CHECKUP_S
    needs: list["PartWatch"] = field(default_factory=list)
    """Started only when these are ready."""
    status: PartStatus = PartStatus.WAITING
    reason: str = ""
    restarts: int = 0
    child: Child | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is nothing more to wait for: the part was ready once, did its work, or keeps crashing."""
    was_ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the part is ready, or did its work, for the first time."""
    _crashes: int = 0
    _given_up: str = ""
    """Why its process was ended by us."""
    _stopping: bool = False
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep the part alive."""
        self._task = asyncio.create_task(self._keep_alive(), name=f"watch {self.part.name}")
        self._task.add_done_callback(self._watch_ended)

    async def stop(self, limit_s: float, force: asyncio.Event) -> None:
        """End the process and stop watching it."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.child is not None and not await self.child.stop(limit_s, force):
            self._tell(Happening.KILLED, f"{self.part.name} did not stop by itself and was killed")
        self._become(PartStatus.STOPPED)

    def _watch_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._become(PartStatus.STOPPED, f"the launcher failed to watch it: {error!r}")
            self._tell(Happening.LOOPING, f"{self.part.name}: {self.reason}")

    def _become(self, status: PartStatus, reason: str = "") -> None:
        self.status, self.reason = status, reason
        self.changed()

    def _tell(self, what: Happening, text: str) -> None:
        self.say(Event(self.part.name, what, text))

    async def _keep_alive(self) -> None:
        for need in self.needs:
            self.reason = f"waits for {need.part.name}"
            await need.was_ready.wait()
        while True:
            self._become(PartStatus.STARTING)
            began = time.monotonic()
            ending = await self._live(began)
            if ending is None:
                self._fine(PartStatus.DONE)
                return
            await self._wait_to_restart(ending, time.monotonic() - began)
            self.restarts += 1

    def _fine(self, status: PartStatus) -> None:
        self._become(status)
        self.was_ready.set()
        self.settled.set()

    async def _live(self, began: float) -> str | None:
        """Run one process to its end; return how it ended, None for a one-shot that did its work."""
        try:
            self.child = await Child.start(self.part, self.logs)
        except OSError as error:
            return f"could not be started: {error.strerror}"
        self._given_up = ""
        readiness = asyncio.create_task(self._attend(began))
        try:
            code = await self.child.process.wait()
        finally:
            readiness.cancel()
        await asyncio.gather(readiness, return_exceptions=True)
        if self.part.ready is Ready.EXIT and code == 0:
            self._tell(Happening.READY, f"{self.part.name} done in {time.monotonic() - began:.1f} s")
            return None
        if self._given_up:
            return self._given_up
        words = self.child.words()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"{how}{f' (last line: {words})' if words else ''}"

    async def _attend(self, began: float) -> None:
        await self._await_ready(began)
        told = False
        while self.part.checkup is not None:
            try:
                await self._keep_well(self.part.checkup)
            except Exception as error:  # noqa: BLE001 - whatever a checkup meets, the next one comes
                if not told:
                    told = True
                    self._tell(Happening.UNCHECKED, f"{self.part.name} could not be checked: {error!r}")
            else:
                return

    async def _keep_well(self, checkup: Checkup) -> None:
        """Return when the process was ended because it stores nothing any more, as soon as there is room for a restart."""
        complaints = 0
        while True:
            await asyncio.sleep(self.checkup_s)
            complaint = await complaint_of(checkup, self.part.port)
            if not complaint:
                complaints = 0
                if self.status is PartStatus.BROKEN:
                    self._become(PartStatus.READY)
                    self._tell(Happening.BACK, f"{self.part.name} stores again")
                continue
            complaints += 1
            if complaints < _COMPLAINTS:
                continue
            free = shutil.disk_usage(self.logs).free
            if complaints == _COMPLAINTS:
                self._tell(Happening.BROKEN, f"{self.part.name} stores nothing any more: {complaint}{_advice(free)}")
            if free >= ROOM_BYTES and self.child is not None:
                self._given_up = "stored nothing any more and was ended"
                self.child.signal_group(signal.SIGKILL)
                return
            self._become(PartStatus.BROKEN, f"{complaint}{_advice(free)}")

    async def _await_ready(self, began: float) -> None:
        slow_told = False
        while True:
            ready, self.reason = await self._is_ready()
            if ready:
                break
            if not slow_told and time.monotonic() - began > _SLOW_S:
                slow_told = True
                self._tell(Happening.SLOW, f"{self.part.name} is not ready after {_SLOW_S:.0f} s: {self.reason}")
            await asyncio.sleep(_POLL_S)
        self._fine(PartStatus.READY)
        took = time.monotonic() - began
        if self.restarts:
            self._tell(Happening.BACK, f"{self.part.name} is back after {took:.1f} s")
        else:
            self._tell(Happening.READY, f"{self.part.name} ready in {took:.1f} s")

    async def _is_ready(self) -> tuple[bool, str]:
        if self.part.ready is Ready.EXIT:
            return False, "working"
        if self.part.ready is Ready.PORT:
            return await port_answers(self.part.port), "does not answer yet"
        try:
            status, body = await get(self.part.port, self.part.ready_path)
        except OSError:
            return False, "does not answer yet"
        return status == 200, why_not_ready(body)

    async def _wait_to_restart(self, ending: str, lived_s: float) -> None:
        self._crashes = 1 if lived_s > _STABLE_S else self._crashes + 1
        delay = min(self.first_delay_s * 2 ** (self._crashes - 1), _LONGEST_DELAY_S)
        self._become(PartStatus.RESTARTING, ending)
        self._tell(Happening.CRASHED, f"{self.part.name} {ending} - restarting in {delay:g} s")
        if self._crashes == _LOOP_CRASHES:
            text = (
                f"{self.part.name} keeps ending ({_LOOP_CRASHES} times in a row). The others go on and it is tried again, "
                f"at least every {_LONGEST_DELAY_S:.0f} s. Look at its log: {log_path(self.logs, self.part.name)}"
            )
            self._tell(Happening.LOOPING, text)
            self.settled.set()
        await asyncio.sleep(delay)


def _advice(free: int) -> str:
    if free >= ROOM_BYTES:
        return ""
    return f" - only {free // 1024**2} MB are free on its disk: free some, then it is started anew by itself"
