"""Seals the secrets inside settings with the deployment's key."""

from cryptography.fernet import Fernet, InvalidToken

from ispbot_runtime.errors import RuntimeFailure

_PREFIX = "sealed:v1:"


class KeyMismatch(RuntimeFailure):
    """A sealed secret can not be opened with ISPBOT_SECRET_KEY: the key was changed or lost."""


class Cipher:
    """Encrypts and decrypts short strings."""

    def __init__(self, key: str) -> None:
        if not key:
            raise RuntimeFailure("ISPBOT_SECRET_KEY is empty: set it to the output of Fernet.generate_key()")
        self._fernet = Fernet(key)

    def encrypt(self, text: str) -> str:
        """Return the sealed form."""
        return _PREFIX + self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text: str) -> str:
        """Open a sealed form; a plain text comes back as it is. Raises KeyMismatch."""
        if not text.startswith(_PREFIX):
            return text
        try:
            return self._fernet.decrypt(text.removeprefix(_PREFIX)).decode()
        except InvalidToken as error:
            raise KeyMismatch("a sealed secret does not open with this ISPBOT_SECRET_KEY") from error
