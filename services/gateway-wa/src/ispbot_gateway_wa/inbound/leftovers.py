"""Spool files of processes that are gone: read once, deleted only when nothing of them can be lost any more."""

import fcntl
from dataclasses import dataclass, field
from pathlib import Path

from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.inbound.lines import read_records
from ispbot_gateway_wa.inbound.spool import SUFFIX, Spool
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

DAMAGED = ".damaged"


@dataclass
class LeftFile:
    """A file that nobody writes any more. Whoever copies it says what became of its records."""

    path: Path
    records: list[bytes]
    damaged: bool
    """Not everything in it was understood: a person may want it."""
    numbers: list[int] = field(default_factory=list)
    """Of its records in our own spool."""
    copied: bool = False
    """Every record is on the disk in our own file."""


class Leftovers:
    """The other files of the spool's folder."""

    def __init__(self, folder: Path, spool: Spool) -> None:
        self._folder = folder
        self._spool = spool
        self._taken: list[LeftFile] = []

    def take(self) -> list[LeftFile]:
        """Return, oldest term first, the files that were not taken yet; call ``forget`` when they are copied."""
        known = {file.path for file in self._taken} | {self._spool.path}
        found = [
            file
            for path in sorted(self._folder.glob(f"*{SUFFIX}"), key=lambda path: path.name)
            if path not in known and (file := self._read(path)) is not None
        ]
        self._taken += found
        return found

    def _read(self, path: Path) -> LeftFile | None:
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                read = read_records(file.read())
        except BlockingIOError:
            return None  # its writer lives, perhaps held up: later
        except OSError as error:
            self._spool.refused(error)
            return None
        if read.torn:
            metrics.SPOOL_TORN.inc()
            log.warning("spool_torn_line_skipped")
        if read.damaged:
            metrics.SPOOL_DAMAGED.inc(read.damaged)
            log.error("spool_damaged", lines=read.damaged, kept_as=path.with_suffix(DAMAGED).name)
        return LeftFile(path, list(read.waiting.values()), damaged=read.damaged > 0)

    def forget(self) -> None:
        """Delete what is copied, or on the bus already; a damaged file is kept aside for a person. The rest stays: it may be
        the only copy.
        """
        self._taken = [file for file in self._taken if not self._gone(file)]

    def _gone(self, file: LeftFile) -> bool:
        if not file.copied and any(map(self._spool.waits, file.numbers)):
            return False
        try:
            if file.damaged:
                file.path.replace(file.path.with_suffix(DAMAGED))
            else:
                file.path.unlink(missing_ok=True)
        except OSError as error:
            self._spool.refused(error)
            return False
        return True
