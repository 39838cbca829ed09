"""One process per session database: two would take the session from each other for ever."""

import fcntl
import os
from pathlib import Path


class SessionInUse(RuntimeError):
    """Another process on this machine has the session open."""


class SessionLock:
    """An advisory lock beside the session file; the system drops it when the process ends, however it ends."""

    def __init__(self, session: Path) -> None:
        self._path = session.with_name(session.name + ".lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Lock. Raises SessionInUse."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise SessionInUse(f"{self._path} is locked: stop the other gateway of this session first") from error
        self._descriptor = descriptor

    def give_back(self) -> None:
        """Unlock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
