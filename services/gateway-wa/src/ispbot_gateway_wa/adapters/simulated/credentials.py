"""What a linked device keeps, in a file only this user can read."""

import json
import os
from pathlib import Path

from pydantic import BaseModel, ValidationError


class Credentials(BaseModel):
    """Shown to the network at every login."""

    device_id: str
    secret: str


class CredentialFile:
    """The credentials of the one account."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Credentials | None:
        """Return what is kept, None when no account is linked or the file makes no sense."""
        try:
            return Credentials.model_validate(json.loads(self._path.read_text()))
        except (FileNotFoundError, json.JSONDecodeError, ValidationError):
            return None

    def save(self, credentials: Credentials) -> None:
        """Replace what is kept, in one step that survives a crash."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(credentials.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)

    def forget(self) -> None:
        """Delete what is kept."""
        self._path.unlink(missing_ok=True)
