"""Slows down who guesses passwords: waits grow per account and address, and more loosely per account and per address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import utc_now
from ispbot_panel_api.failures import Failure
from ispbot_runtime.mongo import Database, Document

COLLECTION = "login_throttle"
INDEXES = [IndexModel("forget_at", expireAfterSeconds=0)]

PAIR_TRIES, ADDRESS_TRIES, ACCOUNT_TRIES = 5, 30, 60
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Tries:
    """How often it was tried without success, and until when not to try again."""

    count: int = 0
    blocked_until: datetime | None = None

    def next(self, limit: int, now: datetime) -> "Tries":
        """Count one more try; from the ``limit``-th on each try opens a growing pause."""
        count = self.count + 1
        if count < limit:
            return Tries(count)
        wait = min(_FIRST_WAIT * 2 ** min(count - limit, 10), _LONGEST_WAIT)
        return Tries(count, now + wait)

    def wait_s(self, now: datetime) -> int:
        """Return the seconds left of the pause, 0 when trying is allowed."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return int((self.blocked_until - now).total_seconds()) + 1


class Throttle:
    """Counts tries before the password is looked at, so that many at once do not slip through."""

    def __init__(self, database: Database) -> None:
        self._tries = database[COLLECTION]

    async def admit(self, username: str, address: str) -> None:
        """Count a try. Raises Failure 429 with the seconds to wait."""
        for key, limit in self._keys(username, address).items():
            wait_s = await self._count(key, limit)
            if wait_s:
                raise Failure(
                    429,
                    "too_many_logins",
                    f"Demasiados intentos fallidos. Esperá {_spoken(wait_s)} y probá de nuevo.",
                    details={"wait_s": str(wait_s)},
                    headers={"Retry-After": str(wait_s)},
                )

    async def forgive(self, username: str, address: str) -> None:
        """Forget the tries after a success: a whole office behind one address logs in without waiting."""
        await self._tries.delete_many({"_id": {"$in": list(self._keys(username, address))}})

    @staticmethod
    def _keys(username: str, address: str) -> dict[str, int]:
        account = username.lower()
        return {
            f"address:{address}": ADDRESS_TRIES,
            f"pair:{account}@{address}": PAIR_TRIES,
            f"account:{account}": ACCOUNT_TRIES,
        }

    async def _count(self, key: str, limit: int) -> int:
        while True:
            now = utc_now()
            stored = await self._tries.find_one({"_id": key})
            tries = _read(stored, now)
            wait_s = tries.wait_s(now)
            if wait_s:
                return wait_s
            after = tries.next(limit, now)
            fields = {"count": after.count, "blocked_until": after.blocked_until, "forget_at": now + _FORGOTTEN_AFTER}
            if stored is None:
                try:
                    await self._tries.insert_one({"_id": key, "turn": 1, **fields})
                except DuplicateKeyError:
                    continue
                return 0
            turn = int(stored["turn"])
            taken = await self._tries.update_one({"_id": key, "turn": turn}, {"$set": {**fields, "turn": turn + 1}})
            if taken.modified_count == 1:
                return 0


def _read(stored: Document | None, now: datetime) -> Tries:
    if stored is None or stored["forget_at"] <= now:
        return Tries()
    return Tries(int(stored["count"]), stored["blocked_until"])


def _spoken(wait_s: int) -> str:
    return f"{wait_s} segundos" if wait_s < 120 else f"{-(-wait_s // 60)} minutos"
