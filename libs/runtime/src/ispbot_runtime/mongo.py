"""The service's own database."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from ispbot_runtime.settings import CommonSettings

Document = dict[str, Any]
Database = AsyncDatabase[Document]


def connect_database(settings: CommonSettings, service: str) -> tuple[AsyncMongoClient[Document], Database]:
    """Return the client and the database ``<prefix>_<service>``; the connection is made at first use."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        settings.mongo_uri.get_secret_value(),
        tz_aware=True,
        appname=f"ispbot-{service}",
        serverSelectionTimeoutMS=5000,
        connectTimeoutMS=5000,
        socketTimeoutMS=20_000,
        maxPoolSize=32,
        maxIdleTimeMS=120_000,
    )
    return client, client[f"{settings.mongo_prefix}_{service.replace('-', '_')}"]


async def ensure_indexes(database: Database, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
    """Create the indexes of each collection (idempotent; any replica may)."""
    for collection, models in indexes.items():
        await database[collection].create_indexes(list(models))


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
