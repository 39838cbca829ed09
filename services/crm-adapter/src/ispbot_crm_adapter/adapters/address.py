"""How people write the address of a server, and the address of its API."""

import ipaddress
from urllib.parse import urlsplit

from ispbot_crm_adapter.errors import CrmRejected


def api_base(typed: str, api: str) -> str:
    """Return ``scheme://host[:port][/path]<api>/`` of what an administrator typed.

    With or without scheme (https, but http for a bare IP address) and with or without ``api`` (``/api/v1``).
    Raises CrmRejected with code ``invalid_url``.
    """
    text = typed.strip()
    if "://" not in text:
        host = text.split("/")[0].rsplit(":", 1)[0]
        text = f"{'http' if _is_ip(host) else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise CrmRejected("invalid_url") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.username or " " in text:
        raise CrmRejected("invalid_url")
    path = parts.path.rstrip("/")
    if path.lower().endswith(api):
        path = path[: -len(api)]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme.lower()}://{host}{f':{port}' if port else ''}{path}{api}/"


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
