"""Which contact was merged into which, and when: late lines are led to the right conversation."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.asynchronous.collection import AsyncCollection

from ispbot_runtime.mongo import Document


class Merges:
    """The collection of merges."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def note(self, absorbed: str, kept: str, at: datetime) -> None:
        """Note a merge before its first step."""
        await self._collection.update_one({"_id": absorbed}, {"$set": {"kept": kept, "at": at}}, upsert=True)

    async def since(self, moment: datetime) -> Sequence[tuple[str, str]]:
        """Return (absorbed, kept) of the merges since a moment."""
        found = await self._collection.find({"at": {"$gte": moment}}).to_list()
        return [(document["_id"], document["kept"]) for document in found]
