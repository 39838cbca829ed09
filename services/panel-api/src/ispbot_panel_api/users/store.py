"""Staff accounts in the database. ``version`` guards each change."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import AgentRef
from ispbot_panel_api.failures import invalid
from ispbot_panel_api.permissions import Permission, Role, may
from ispbot_runtime.mongo import Database, Document

COLLECTION = "users"
INDEXES = [IndexModel("username_key", unique=True), IndexModel("active")]


@dataclass(frozen=True)
class User:
    """A member of the staff."""

    id: str
    username: str
    name: str
    role: Role
    departments: tuple[str, ...]
    active: bool
    password_hash: str
    must_change_password: bool
    created_at: datetime
    last_login_at: datetime | None
    version: int

    def may(self, permission: Permission) -> bool:
        """Tell whether this person has a permission."""
        return may(self.role, permission)

    @property
    def ref(self) -> AgentRef:
        """This person as other services know them."""
        return AgentRef(id=self.id, name=self.name)


class UserStore:
    """Reads and writes accounts."""

    def __init__(self, database: Database) -> None:
        self._users = database[COLLECTION]

    async def get(self, user_id: str) -> User | None:
        """Return an account by id."""
        return _read(await self._users.find_one({"_id": user_id}))

    async def by_username(self, username: str) -> User | None:
        """Return an account by its name, whatever its capitals."""
        return _read(await self._users.find_one({"username_key": username.lower()}))

    async def all(self) -> list[User]:
        """Return every account, by name."""
        found = [_must(document) for document in await self._users.find({}).to_list()]
        return sorted(found, key=lambda user: (user.name.casefold(), user.username))

    async def nobody(self) -> bool:
        """Tell whether there is no account at all."""
        return await self._users.find_one({}, {"_id": 1}) is None

    async def insert(self, *, username: str, name: str, role: Role, departments: list[str], password_hash: str) -> User:
        """Create an account that must change its password. Raises Failure when the name is taken."""
        document: Document = {
            "_id": secrets.token_hex(8),
            "username": username,
            "username_key": username.lower(),
            "name": name,
            "role": role.value,
            "departments": departments,
            "active": True,
            "password_hash": password_hash,
            "must_change_password": True,
            "created_at": utc_now(),
            "last_login_at": None,
            "version": 1,
        }
        try:
            await self._users.insert_one(document)
        except DuplicateKeyError as error:
            raise invalid("username", "Ese nombre de usuario ya existe. Elegí otro.", code="username_taken") from error
        return _must(document)

    async def change(self, user: User, **fields: Any) -> bool:
        """Change an account that is still as ``user`` says; tells whether it was."""
        written = await self._users.update_one(
            {"_id": user.id, "version": user.version}, {"$set": {**fields, "version": user.version + 1}}
        )
        return written.modified_count == 1

    async def logged_in(self, user_id: str, at: datetime) -> None:
        """Note the last login."""
        await self._users.update_one({"_id": user_id}, {"$set": {"last_login_at": at}})

    async def active_administrators(self) -> list[str]:
        """Return the ids of those who can still administrate."""
        query = {"active": True, "role": Role.ADMINISTRATOR.value}
        return [str(document["_id"]) for document in await self._users.find(query, {"_id": 1}).to_list()]


def _read(document: Document | None) -> User | None:
    return None if document is None else _must(document)


def _must(document: Document) -> User:
    return User(
        id=document["_id"],
        username=document["username"],
        name=document["name"],
        role=Role(document["role"]),
        departments=tuple(document["departments"]),
        active=document["active"],
        password_hash=document["password_hash"],
        must_change_password=document["must_change_password"],
        created_at=document["created_at"],
        last_login_at=document["last_login_at"],
        version=document["version"],
    )
