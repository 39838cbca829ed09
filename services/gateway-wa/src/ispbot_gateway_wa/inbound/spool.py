"""The spool: what WhatsApp has handed over and the bus has not stored yet, in files of this machine.

One line per record, ``crc kind number json``; ``A`` is an arrival, ``D`` says that it is on the bus. A line reaches the
system at once (it survives the process) and the disk in groups (docs/decisions/0009-inbound-spool.md). Every spool locks
its own file, so that whoever serves the number next takes over only the files that nobody writes any more.
"""

import asyncio
import fcntl
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import time

from ispbot_gateway_wa import metrics
from ispbot_runtime.logs import get_logger
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

_SUFFIX, _DAMAGED, _PART = ".spool", ".damaged", ".part"
_SYNC_EVERY_S = 0.05
_START_OVER_AT_BYTES = 4 * 1024 * 1024


@dataclass
class Read:
    """What a file holds."""

    waiting: dict[int, bytes] = field(default_factory=dict)
    damaged: int = 0
    torn: bool = False


def read_records(raw: bytes) -> Read:
    """Return the arrivals that are not done. A broken last line was never whole; any other broken line is damage."""
    found = Read()
    lines = raw.split(b"\n")
    found.torn = bool(lines.pop())
    for line in lines:
        record = _checked(line)
        if record is None:
            found.damaged += 1
            continue
        kind, number, body = record
        if kind == b"A":
            found.waiting[number] = body
        else:
            found.waiting.pop(number, None)
    return found


def _checked(line: bytes) -> tuple[bytes, int, bytes] | None:
    crc, _, rest = line.partition(b" ")
    kind, _, more = rest.partition(b" ")
    number, _, body = more.partition(b" ")
    if crc != _crc(rest) or kind not in {b"A", b"D"} or not number.isdigit():
        return None
    return kind, int(number), body


def _line(rest: bytes) -> bytes:
    return b"%s %s\n" % (_crc(rest), rest)


def _crc(rest: bytes) -> bytes:
    return b"%08x" % zlib.crc32(rest)


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
        self._taken: list[tuple[Path, bool]] = []

    @property
    def full(self) -> bool:
        """More waits than there is room for."""
        return self._bytes >= self._max_bytes

    @property
    def roomy(self) -> bool:
        """Half of the room is free again."""
        return self._bytes * 2 <= self._max_bytes

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
            self._path = self._folder / f"{name}{_SUFFIX}"
            self._file = _locked(self._path, b"")
        except OSError as error:
            self._failed(error)
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
            self._failed(error)
        finally:
            os.close(descriptor)
        self._sizes.clear()
        self._bytes = 0
        self._measure()

    # -- records ------------------------------------------------------------------------------------------------------

    def append(self, body: bytes) -> int:
        """Write an arrival down; returns its number for ``done``."""
        self._number += 1
        line = _line(b"A %d %s" % (self._number, body))
        self._write(line)
        self._sizes[self._number] = (len(line), time())
        self._bytes += len(line)
        self._measure()
        return self._number

    def done(self, number: int) -> None:
        """The bus has it."""
        size, _ = self._sizes.pop(number, (0, 0.0))
        self._bytes -= size
        self._write(_line(b"D %d" % number))
        if self._written > _START_OVER_AT_BYTES + 2 * self._bytes:
            self._start_over()
        self._measure()

    def _write(self, line: bytes) -> None:
        if self._file is None:
            return
        try:
            if os.write(self._file, line) != len(line):
                os.write(self._file, b"\n")  # close the torn line: the next one is whole again
                raise OSError("short write")  # noqa: TRY301 - handled as the disk's own refusals
        except OSError as error:
            self._failed(error)
        else:
            self._written += len(line)
            self._failure = None
            self._dirty.set()

    def _start_over(self) -> None:
        """Begin the file anew with what still waits, so that it stays small however long it serves."""
        if self._file is None or self._path is None:
            return
        try:
            left = read_records(self._path.read_bytes()).waiting if self._sizes else {}
            lines = b"".join(_line(b"A %d %s" % (number, body)) for number, body in left.items())
            fresh = _locked(self._path, lines)
        except OSError as error:
            self._failed(error)
            return
        os.close(self._file)
        self._file, self._written = fresh, len(lines)

    def _failed(self, error: OSError) -> None:
        metrics.SPOOL_FAILURES.inc()
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
                    self._failed(error)
                metrics.SPOOL_SYNCS.inc()
            await asyncio.sleep(_SYNC_EVERY_S)

    def _measure(self) -> None:
        metrics.SPOOL_WAITING.set(len(self._sizes))
        metrics.SPOOL_BYTES.set(self._bytes)
        oldest = next(iter(self._sizes.values()), None)
        metrics.SPOOL_OLDEST.set(oldest[1] if oldest is not None else 0)

    # -- what earlier processes left ----------------------------------------------------------------------------------

    def take_over(self) -> list[bytes]:
        """Return, oldest term first, what the files that nobody writes any more still hold; call ``forget_taken`` when it is safe."""
        found: list[bytes] = []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.name):
            if path != self._path:
                found += self._take_file(path)
        return found

    def _take_file(self, path: Path) -> list[bytes]:
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                read = read_records(file.read())
        except BlockingIOError:
            return []  # its writer lives, perhaps held up: later
        except OSError as error:
            self._failed(error)
            return []
        if read.torn:
            metrics.SPOOL_TORN.inc()
            log.warning("spool_torn_line_skipped")
        if read.damaged:
            metrics.SPOOL_DAMAGED.inc(read.damaged)
            log.error("spool_damaged", lines=read.damaged, kept_as=path.with_suffix(_DAMAGED).name)
        self._taken.append((path, read.damaged > 0))
        return list(read.waiting.values())

    def forget_taken(self) -> None:
        """Their records are in our own file: delete them; a damaged one is kept aside for a person."""
        for path, damaged in self._taken:
            with suppress(OSError):
                if damaged:
                    path.replace(path.with_suffix(_DAMAGED))
                else:
                    path.unlink(missing_ok=True)
        self._taken = []

    async def sync_now(self) -> None:
        """Put everything on the disk before anything else happens."""
        if self._file is not None:
            try:
                await asyncio.to_thread(_put_on_disk, os.dup(self._file))
            except OSError as error:
                self._failed(error)


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
    return sum(1 for path in folder.glob(f"*{_SUFFIX}") if path.stat().st_size > 0)
