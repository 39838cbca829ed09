"""What a command receives and how it says no."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ispbot_sims.isp.model import DemoIsp


class CommandError(Exception):
    """The command fails with this text, under HTTP 200 like the real server."""


@dataclass(frozen=True)
class Request:
    """One call: the provider, the body without its token, and how the caller reached us."""

    isp: DemoIsp
    body: dict[str, Any]
    base_url: str

    @property
    def now(self) -> datetime:
        """The server's clock."""
        return datetime.now(UTC)


def required(body: dict[str, Any], name: str) -> Any:
    """Return a field. Raises CommandError when it is missing or empty."""
    value = body.get(name)
    if value in (None, ""):
        raise CommandError(f"Falta el campo requerido {name}.")
    return value


def int_of(value: Any) -> int:
    """Return a number that may come as text with zeros in front; what is no number matches nothing."""
    try:
        return int(str(value))
    except ValueError:
        return 0
