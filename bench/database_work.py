"""How much work the database is given: its own counters of operations, before and after."""

from typing import Any

from pymongo import AsyncMongoClient

_COUNTED = ("insert", "query", "update", "delete")


async def operations(mongo_uri: str) -> dict[str, int]:
    """Return the operations that the server has done since its start."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri)
    try:
        counters = (await client.admin.command("serverStatus"))["opcounters"]
    finally:
        await client.close()
    return {kind: int(counters[kind]) for kind in _COUNTED}


def per_message(before: dict[str, int], after: dict[str, int], messages: int) -> dict[str, float]:
    """Return the operations of each kind for one message and its answer."""
    return {kind: round((after[kind] - before[kind]) / max(1, messages), 2) for kind in after}
