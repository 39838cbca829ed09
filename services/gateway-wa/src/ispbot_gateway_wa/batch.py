"""Group commit: inserts that come at the same time go to the database as one write (facts: embedded-db)."""

import asyncio
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError, WriteError

_MOST = 200
_DUPLICATE = 11000


class BatchWriter:
    """Each caller waits for its own insert; what arrives during a round trip goes with the next one."""

    def __init__(self, collection: AsyncCollection[dict[str, Any]]) -> None:
        self._collection = collection
        self._waiting: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def insert(self, row: dict[str, Any]) -> None:
        """Insert one document. Raises DuplicateKeyError or what the driver raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            failures = await self._together([row for row, _ in batch])
            for index, (_, done) in enumerate(batch):
                failure = failures.get(index)
                if done.done():
                    continue  # its caller was cut
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(failure)

    async def _together(self, rows: list[dict[str, Any]]) -> dict[int, PyMongoError]:
        try:
            await self._collection.insert_many(rows, ordered=False)
        except BulkWriteError as error:
            return {one["index"]: _failure(one) for one in error.details.get("writeErrors", [])}
        except PyMongoError as error:
            return dict.fromkeys(range(len(rows)), error)
        return {}


def _failure(details: dict[str, Any]) -> PyMongoError:
    message, code = details.get("errmsg", "write error"), details.get("code")
    return DuplicateKeyError(message, code) if code == _DUPLICATE else WriteError(message, code)
