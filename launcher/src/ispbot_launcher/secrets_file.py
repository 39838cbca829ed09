"""Secrets are generated at the first start, kept in one file that only its owner reads, and never shipped."""

import base64
import os
import secrets
from pathlib import Path

BUS_TOKEN = "ISPBOT_NATS_TOKEN"  # noqa: S105 - the name of a variable
SETTINGS_KEY = "ISPBOT_SECRET_KEY"


def _new() -> dict[str, str]:
    return {
        BUS_TOKEN: secrets.token_urlsafe(32),
        SETTINGS_KEY: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def load_or_create(path: Path) -> dict[str, str]:
    """Return the secrets of ``path``; what is missing is generated and saved (mode 0600, replaced in one step)."""
    known: dict[str, str] = {}
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        known = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    complete = _new() | known
    if complete != known:
        text = "# Generated at the first start. Losing ISPBOT_SECRET_KEY loses the passwords kept in the settings.\n"
        write_private(path, text + "".join(f"{name}={value}\n" for name, value in complete.items()))
    path.chmod(0o600)
    return complete


def write_private(path: Path, text: str, *, durable: bool = True) -> None:
    """Replace a file in one step; only its owner may read it. ``durable`` waits for the disk."""
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    draft.replace(path)
