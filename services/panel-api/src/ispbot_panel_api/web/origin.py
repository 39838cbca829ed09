"""A change, and the live socket, must come from the panel itself."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection


def comes_from_panel(connection: HTTPConnection, allowed: frozenset[str]) -> bool:
    """Tell whether the browser says that our own page (or a configured origin) is calling."""
    origin = connection.headers.get("origin")
    if not origin:
        return False
    if origin in allowed:
        return True
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == connection.headers.get("host", "")
