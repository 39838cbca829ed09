"""Memory first, disk a moment later: changed documents are written together, many per transaction."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from pydantic_core import from_json, to_json

FLUSH_EVERY_S = 0.05
RETRY_AFTER_S = 1.0
log = structlog.get_logger()


class DocumentStore:
    """Documents by (kind, key) in one SQLite file, written behind.

    A clean stop writes everything. A killed process loses at most the last ``FLUSH_EVERY_S`` seconds.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.execute(
            "create table if not exists doc (kind text, key text, body blob, primary key (kind, key)) without rowid"
        )
        self._lock = threading.Lock()
        self._dirty: dict[tuple[str, str], Any] = {}
        self._leaving = 0
        self._wake = asyncio.Event()

    @property
    def unwritten(self) -> int:
        """How many changed documents a kill would lose now."""
        return len(self._dirty) + self._leaving

    def load(self, kind: str) -> Iterator[Any]:
        """Yield every document of a kind, in the order of their keys."""
        for (body,) in self._db.execute("select body from doc where kind=? order by key", (kind,)):
            yield from_json(body)

    def put(self, kind: str, key: str, document: Any) -> None:
        """Write (again) what ``document`` will be when the next batch leaves."""
        self._dirty[kind, key] = document
        self._wake.set()

    def drop(self, kind: str, key: str) -> None:
        """Delete."""
        self._dirty[kind, key] = None
        self._wake.set()

    async def run(self) -> None:
        """Write batches until cancelled; what can not be written (a full disk) is logged and tried again."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(FLUSH_EVERY_S)
            self._wake.clear()
            leaving = self._dirty
            batch = self._batch()
            self._leaving = len(batch)
            try:
                await asyncio.to_thread(self._write, batch)
            except sqlite3.Error:
                log.exception("wa_network_not_written", documents=len(batch))
                self._dirty = leaving | self._dirty
                self._wake.set()
                await asyncio.sleep(RETRY_AFTER_S)
            self._leaving = 0

    def close(self) -> None:
        """Write what is left and close the file."""
        self._write(self._batch())
        self._db.close()

    def _batch(self) -> list[tuple[str, str, bytes | None]]:
        dirty, self._dirty = self._dirty, {}
        return [(kind, key, None if doc is None else to_json(doc)) for (kind, key), doc in dirty.items()]

    def _write(self, batch: list[tuple[str, str, bytes | None]]) -> None:
        with self._lock, self._db:
            self._db.executemany(
                "insert or replace into doc values (?,?,?)", [row for row in batch if row[2] is not None]
            )
            self._db.executemany("delete from doc where kind=? and key=?", [row[:2] for row in batch if row[2] is None])
