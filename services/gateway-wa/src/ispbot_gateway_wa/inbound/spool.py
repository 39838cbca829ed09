"""The spool: what WhatsApp has handed over and the bus has not stored yet, in files of this machine.

One line per record (``lines.py``). A line reaches the system at once (it survives the process) and the disk in groups
(docs/decisions/0009-inbound-spool.md). Every spool locks its own file, so that whoever serves the number next takes over
only the files that nobody writes any more (``leftovers.py``).
"""

import asyncio
import fcntl
import os
from pathlib import Path
from time import time

from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.inbound.lines import as_line, read_records
from ispbot_runtime.logs import get_logger
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

SUFFIX = ".spool"
_PART = ".part"
_SYNC_EVERY_S = 0.05
_START_OVER_AT_BYTES = 4 * 1024 * 1024


class Spool:
    """Appends and strikes out. A disk that refuses is told, never fatal: what is in memory goes on."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._path: Path | None = None
        self._file: int | None = None
        self._number = 0
        self._written = 0
        self._sizes: dict[int, tuple[int, float]] = {}
        self._bytes = 0
        self._dirty = asyncio.Event()
        self._syncing: asyncio.Task[None] | None = None
        self._failure: str | None = None
        self.refusals = 0
        """How often something did not get into the file, or not onto the disk."""

    @property
    def full(self) -> bool:
        """More waits than there is room for."""
        return self._bytes >= self._max_bytes

    @property
    def roomy(self) -> bool:
        """Half of the room is free again."""
        return self._bytes * 2 <= self._max_bytes

    @property
    def path(self) -> Path | None:
        """Its own file."""
        return self._path

    def limit(self) -> str | None:
        """Return what is wrong with it, None when nothing is."""
        if self._failure is not None:
            return f"spool: the disk refuses ({self._failure}): arrivals are only in memory"
        if self.full:
            return f"spool: full, {len(self._sizes)} arrivals wait for the bus or the database; the link is closed"
        return None

    # -- life ---------------------------------------------------------------------------------------------------------

    def open(self, name: str) -> None:
        """Begin a file of our own."""
        self._failure = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path = self._folder / f"{name}{SUFFIX}"
            self._file = _locked(self._path, b"")
        except OSError as error:
            self.refused(error)
        self._syncing = asyncio.create_task(self._sync())

    async def close(self) -> None:
        """Put everything on the disk and let the file go; it is deleted when nothing waits in it."""
        if self._syncing is not None:
            await cancel_all([self._syncing])
        descriptor, self._file = self._file, None
        if descriptor is None or self._path is None:
            return
        try:
            if self._sizes:
                await asyncio.to_thread(os.fsync, descriptor)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            self.refused(error)
        finally:
            os.close(descriptor)
        self._sizes.clear()
        self._bytes = 0
        self._measure()

    # -- records ------------------------------------------------------------------------------------------------------

    def append(self, body: bytes) -> int:
        """Write an arrival down; returns its number for ``done``."""
        self._number += 1
        entry = as_line(b"A %d %s" % (self._number, body))
        self._write(entry)
        self._sizes[self._number] = (len(entry), time())
        self._bytes += len(entry)
        self._measure()
        return self._number

    def done(self, number: int) -> None:
        """The bus has it."""
        size, _ = self._sizes.pop(number, (0, 0.0))
        self._bytes -= size
        self._write(as_line(b"D %d" % number))
        if self._written > _START_OVER_AT_BYTES + 2 * self._bytes:
            self._start_over()
        self._measure()

    def waits(self, number: int) -> bool:
        """Tell whether the bus lacks this arrival still."""
        return number in self._sizes

    def _write(self, entry: bytes) -> None:
        if self._file is None:
            self.refusals += 1
            return
        try:
            if os.write(self._file, entry) != len(entry):
                os.write(self._file, b"\n")  # close the torn line: the next one is whole again
                raise OSError("short write")  # noqa: TRY301 - handled as the disk's own refusals
        except OSError as error:
            self.refused(error)
        else:
            self._written += len(entry)
            self._failure = None
            self._dirty.set()

    def _start_over(self) -> None:
        """Begin the file anew with what still waits, so that it stays small however long it serves."""
        if self._file is None or self._path is None:
            return
        try:
            left = read_records(self._path.read_bytes()).waiting if self._sizes else {}
            lines = b"".join(as_line(b"A %d %s" % (number, body)) for number, body in left.items())
            fresh = _locked(self._path, lines)
        except OSError as error:
            self.refused(error)
            return
        os.close(self._file)
        self._file, self._written = fresh, len(lines)

    def refused(self, error: OSError) -> None:
        """The disk did not do as it was told: count and tell it."""
        metrics.SPOOL_FAILURES.inc()
        self.refusals += 1
        if self._failure is None:
            log.error("spool_disk_refuses", reason=error.strerror or str(error))
        self._failure = error.strerror or str(error)

    async def _sync(self) -> None:
        """Group commit: one sync for whatever came since the last one."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            if self._file is not None:
                try:
                    await asyncio.to_thread(_put_on_disk, os.dup(self._file))
                except OSError as error:
                    self.refused(error)
                metrics.SPOOL_SYNCS.inc()
            await asyncio.sleep(_SYNC_EVERY_S)

    def _measure(self) -> None:
        metrics.SPOOL_WAITING.set(len(self._sizes))
        metrics.SPOOL_BYTES.set(self._bytes)
        oldest = next(iter(self._sizes.values()), None)
        metrics.SPOOL_OLDEST.set(oldest[1] if oldest is not None else 0)

    async def sync_now(self) -> None:
        """Put everything on the disk before anything else happens."""
        if self._file is None:
            self.refusals += 1
            return
        try:
            await asyncio.to_thread(_put_on_disk, os.dup(self._file))
        except OSError as error:
            self.refused(error)


def _locked(path: Path, content: bytes) -> int:
    """Make the file with its content, ours before anybody can see it; returns its descriptor."""
    part = path.with_suffix(_PART)
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
        part.replace(path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _put_on_disk(descriptor: int) -> None:
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def left_behind(folder: Path) -> int:
    """Return how many spool files lie in ``folder``: a process that stands by should have none of its own."""
    return sum(map(_holds_something, folder.glob(f"*{SUFFIX}")))


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:  # its process ended and deleted it meanwhile
        return False
