"""Server-side sessions: the browser holds an opaque token, the database only its hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import IndexModel

from ispbot_contracts.base import utc_now
from ispbot_panel_api.users.store import User, UserStore
from ispbot_runtime.mongo import Database

COLLECTION = "sessions"
INDEXES = [IndexModel("user_id"), IndexModel("expires_at", expireAfterSeconds=0)]

SHORT = timedelta(hours=12)
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class Staff:
    """Who is calling, in which session."""

    user: User
    session_id: str
    expires_at: datetime
    remember: bool


@dataclass(frozen=True)
class NewSession:
    """A session that was just begun; the token is told once."""

    token: str
    session_id: str
    expires_at: datetime


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, database: Database, users: UserStore) -> None:
        self._sessions = database[COLLECTION]
        self._users = users

    async def begin(self, user: User, *, remember: bool, address: str, agent: str) -> NewSession:
        """Begin a session of 12 hours, or of 30 days when remembered."""
        token = secrets.token_urlsafe(32)
        now = utc_now()
        expires_at = now + (REMEMBERED if remember else SHORT)
        session_id = _hash(token)
        await self._sessions.insert_one(
            {
                "_id": session_id,
                "user_id": user.id,
                "began_at": now,
                "expires_at": expires_at,
                "remember": remember,
                "address": address,
                "agent": agent[:200],
            }
        )
        return NewSession(token, session_id, expires_at)

    async def find(self, token: str) -> Staff | None:
        """Return who a token belongs to, None when the session ended or the account was deactivated."""
        return await self.find_by_id(_hash(token)) if token else None

    async def find_by_id(self, session_id: str) -> Staff | None:
        """Return who a session belongs to, None when it ended or the account was deactivated."""
        session = await self._sessions.find_one({"_id": session_id})
        if session is None or session["expires_at"] <= utc_now():
            return None
        user = await self._users.get(session["user_id"])
        if user is None or not user.active:
            return None
        return Staff(user, session_id, session["expires_at"], session["remember"])

    async def end(self, session_id: str) -> None:
        """End one session."""
        await self._sessions.delete_one({"_id": session_id})

    async def end_all(self, user_id: str, *, keep: str | None = None) -> int:
        """End a person's sessions, but not ``keep``; returns how many ended."""
        query: dict[str, object] = {"user_id": user_id}
        if keep is not None:
            query["_id"] = {"$ne": keep}
        return (await self._sessions.delete_many(query)).deleted_count


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
