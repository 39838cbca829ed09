"""The library's own session database, read for what its interface does not give: which sends may have left."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

import asyncpg  # type: ignore[import-untyped]  # no stubs are shipped

from ispbot_gateway_wa.adapters.neonize.lock import SessionLock
from ispbot_gateway_wa.failures import NotConnected

_FIND = "SELECT message_id FROM whatsmeow_message_secrets WHERE key = {}"
_BAD_IN_PATH = set("#?%")
_PRIVATE = 0o600


class SessionStore(Protocol):
    """Where the link's keys are."""

    @property
    def name(self) -> str:
        """What the library opens."""

    def open(self) -> None:
        """Get ready; raises SessionInUse when another process has it."""

    def close(self) -> None:
        """Let go."""

    async def find_sent(self, key: bytes) -> str | None:
        """Return the id of the message with that secret: it is written before it leaves. Raises NotConnected."""

    async def forget(self) -> None:
        """Delete the session; the link must be stopped."""


class SqliteStore:
    """A file only this user can read, in write-ahead mode so that a reader never blocks the link."""

    def __init__(self, path: Path) -> None:
        if _BAD_IN_PATH & set(str(path)):
            raise ValueError(f"the session file's path must not contain # ? or %: {path}")
        self._path = path.absolute()
        self._lock = SessionLock(self._path)

    @property
    def name(self) -> str:
        """The library appends ``?_foreign_keys=on``: our own options come first and swallow it."""
        return f"{self._path}?_foreign_keys=on&_journal_mode=WAL&_busy_timeout=5000&_x="

    def open(self) -> None:
        """Lock the file and make it private before the library writes keys into it."""
        self._lock.take()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, _PRIVATE)
        os.fchmod(descriptor, _PRIVATE)
        os.close(descriptor)

    def close(self) -> None:
        """Unlock the file."""
        self._lock.give_back()

    async def find_sent(self, key: bytes) -> str | None:
        """Look the secret up without disturbing the link."""
        try:
            return await asyncio.to_thread(self._find, key)
        except sqlite3.Error as error:
            raise NotConnected(f"the session file did not answer: {type(error).__name__}") from error

    def _find(self, key: bytes) -> str | None:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=5)) as database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'whatsmeow_message_secrets'").fetchone():
                return None
            row = database.execute(_FIND.format("?"), (key,)).fetchone()
        return str(row[0]) if row else None

    async def forget(self) -> None:
        """Delete the file and what write-ahead mode keeps beside it."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, _PRIVATE)
        os.close(descriptor)


class PostgresStore:
    """A PostgreSQL database by its connection string. One process at a time is the lease's business here."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    @property
    def name(self) -> str:
        """The library takes a name that starts with ``postgres`` as a connection string."""
        return self._dsn

    def open(self) -> None:
        """Nothing to lock on this machine."""

    def close(self) -> None:
        """Nothing is held."""

    async def find_sent(self, key: bytes) -> str | None:
        """Look the secret up."""
        try:
            connection = await asyncpg.connect(self._dsn, timeout=5)
            try:
                found = await connection.fetchval(_FIND.format("$1"), key)
            finally:
                await connection.close()
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise NotConnected(f"the session database did not answer: {type(error).__name__}") from error
        return str(found) if found else None

    async def forget(self) -> None:
        """Delete the linked device; what hangs on it goes with it."""
        connection = await asyncpg.connect(self._dsn, timeout=5)
        try:
            await connection.execute("DELETE FROM whatsmeow_device")
        finally:
            await connection.close()


def session_store(setting: str, default: Path) -> SessionStore:
    """Return the store that a setting names: a ``postgres...`` string, a path, or empty for the default path."""
    return (
        PostgresStore(setting) if setting.startswith("postgres") else SqliteStore(Path(setting) if setting else default)
    )
