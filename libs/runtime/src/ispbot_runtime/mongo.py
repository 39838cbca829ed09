"""The service's own database."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, DuplicateKeyError, OperationFailure

from ispbot_runtime.settings import CommonSettings

Document = dict[str, Any]
Database = AsyncDatabase[Document]

MOST_CONNECTIONS = 32
"""Of one process to its database; opened when that many questions are under way, closed when idle."""
_INDEX_CONFLICTS = {85, 86}
"""IndexOptionsConflict and IndexKeySpecsConflict: the same keys or name with other options."""


_OF_THE_SERVER = {
    1,  # InternalError: what the embedded database answers to everything after a full disk
    8,  # UnknownError
    13,  # Unauthorized
    18,  # AuthenticationFailed
    50,  # MaxTimeMSExpired
    64,  # WriteConcernFailed
    262,  # ExceededTimeLimit
    11600,  # InterruptedAtShutdown
    11602,  # InterruptedDueToReplStateChange
    14031,  # OutOfDiskSpace
}
"""Error codes of MongoDB (its ``error_codes.yml``) that say nothing of what was asked."""


def is_of_the_server(error: BaseException) -> bool:
    """Tell whether an error is the database's own (away, full, not letting us in): the same question is right later."""
    return isinstance(error, ConnectionFailure) or (
        isinstance(error, OperationFailure) and error.code in _OF_THE_SERVER
    )


def words_of(error: BaseException) -> str:
    """Return what an error says; of the database's refusals the codes only: their words hold keys, commands and documents."""
    if not isinstance(error, OperationFailure):
        return str(error)
    details = error.details or {}
    writes = [*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())]
    codes = sorted({each.get("code") or 0 for each in writes})
    name = details.get("codeName")
    return f"code {error.code}" + (f" {name}" if name else "") + (f", writes {codes}" if codes else "")


def connect_database(settings: CommonSettings, service: str) -> tuple[AsyncMongoClient[Document], Database]:
    """Return the client and the database ``<prefix>_<service>``; the connection is made at first use."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        settings.mongo_uri.get_secret_value(),
        tz_aware=True,
        appname=f"ispbot-{service}",
        serverSelectionTimeoutMS=5000,
        connectTimeoutMS=5000,
        socketTimeoutMS=20_000,
        maxPoolSize=MOST_CONNECTIONS,
        maxIdleTimeMS=120_000,
    )
    return client, client[f"{settings.mongo_prefix}_{service.replace('-', '_')}"]


async def ensure_indexes(database: Database, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
    """Create the indexes of each collection (idempotent; any replica may). One whose options changed is replaced."""
    for name, models in indexes.items():
        collection = database[name]
        for model in models:
            try:
                await collection.create_indexes([model])
            except OperationFailure as error:
                if error.code not in _INDEX_CONFLICTS:
                    raise
                await _drop_conflicting(collection, model)
                await collection.create_indexes([model])


async def _drop_conflicting(collection: AsyncCollection[Document], model: IndexModel) -> None:
    wanted = model.document
    for name, existing in (await collection.index_information()).items():
        if name == wanted["name"] or list(existing["key"]) == list(wanted["key"].items()):
            await collection.drop_index(name)


async def next_number(database: Database, name: str) -> int:
    """Return a number of the series ``name`` that nobody else has, from 1 on (numbers may be skipped, never doubled).

    Guarded update in place of find_one_and_update: the embedded server answers that one wrongly under a race.
    """
    counters = database["counters"]
    while True:
        counter = await counters.find_one({"_id": name})
        if counter is None:
            try:
                await counters.insert_one({"_id": name, "value": 1})
            except DuplicateKeyError:
                continue
            return 1
        value = int(counter["value"])
        taken = await counters.update_one({"_id": name, "value": value}, {"$set": {"value": value + 1}})
        if taken.modified_count == 1:
            return value + 1
