"""Passwords: the rule for new ones, and Argon2 off the event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ispbot_panel_api.failures import Failure, invalid

MIN_LENGTH = 10
_AT_ONCE = 2
"""Each hash takes 64 MiB and a core for a moment."""
_MOST_WAITING = 32


def check_new_password(password: str, *, username: str, field: str) -> None:
    """Accept a new password. Raises Failure with what is wrong."""
    if len(password) < MIN_LENGTH:
        raise invalid(field, f"La contraseña debe tener al menos {MIN_LENGTH} caracteres.", code="password_too_short")
    if password.casefold() == username.casefold():
        raise invalid(field, "La contraseña no puede ser tu nombre de usuario.", code="password_like_username")
    if len(set(password)) < MIN_LENGTH // 2:
        raise invalid(field, "La contraseña repite demasiado los mismos caracteres.", code="password_too_simple")


class Passwords:
    """Hashes and verifies, a few at a time, in threads."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._decoy = self._hasher.hash("a password that nobody has")

    async def hash(self, password: str) -> str:
        """Return the Argon2id hash of a password. Raises Failure 503 when too many wait."""
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether the password is right; without an account it takes just as long to say no. Raises Failure 503."""
        async with self._turn():
            right = await asyncio.to_thread(self._verify, stored or self._decoy, password)
        return right and stored is not None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= _MOST_WAITING:
            raise Failure(503, "busy", "Hay demasiados inicios de sesión a la vez. Probá de nuevo en unos segundos.")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    def outdated(self, stored: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def wrong_current_password() -> Failure:
    """Return the failure of a password change whose current password is wrong."""
    return invalid("current", "La contraseña actual no es correcta.", code="wrong_password")
