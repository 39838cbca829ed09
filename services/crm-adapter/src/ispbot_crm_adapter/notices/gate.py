"""Who may push: token, address, and how often a wrong token may be tried."""

import hashlib
import hmac
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from cachetools import TTLCache
from starlette.requests import Request

from ispbot_contracts.settings import NoticeIntegration, NoticeSettings
from ispbot_crm_adapter.notices import texts
from ispbot_crm_adapter.notices.refusals import PushRefused

_FAILURES = 20
_WINDOW_S = 60
_RETRY_DISABLED_S = 300
_SCHEMES = ("bearer ", "token ", "apikey ")
_HEADERS = ("apikey", "x-api-key", "api-key")

Address = IPv4Address | IPv6Address


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def header_tokens(request: Request) -> list[str]:
    """Return the tokens shown in headers: Bearer, bare, or an API key's."""
    found = [request.headers.get(name, "") for name in _HEADERS]
    shown = request.headers.get("authorization", "").strip()
    scheme = next((scheme for scheme in _SCHEMES if shown.lower().startswith(scheme)), "")
    return [token.strip() for token in (shown[len(scheme) :], *found) if token.strip()]


@dataclass
class Gate:
    """Lets integrations in. Wrong tokens are counted per address, in this process."""

    _failures: TTLCache[str, int] = field(default_factory=lambda: TTLCache(maxsize=10_000, ttl=_WINDOW_S))

    def caller(self, request: Request, settings: NoticeSettings) -> str:
        """Return who calls: the nearest address that is not one of our proxies."""
        peer = request.client.host if request.client else ""
        if not _inside(peer, settings.trusted_proxies):
            return peer
        for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
            if hop.strip() and not _inside(hop.strip(), settings.trusted_proxies):
                return hop.strip()
        return peer

    def refuse_if_throttled(self, address: str) -> None:
        """Raise PushRefused (429) after too many wrong tokens."""
        if self._failures.get(address, 0) >= _FAILURES:
            raise PushRefused(429, "throttled", texts.THROTTLED, retry_after_s=_WINDOW_S)

    def integration(self, tokens: list[str], address: str, settings: NoticeSettings) -> NoticeIntegration:
        """Return whose token it is. Raises PushRefused (401, 403, 503)."""
        if not tokens:
            raise PushRefused(401, "token_missing", texts.NO_KEY)
        found = _matching(tokens, settings)
        if found is None:
            self._failures[address] = self._failures.get(address, 0) + 1
            raise PushRefused(401, "token_unknown", texts.WRONG_KEY)
        if found.allowed_addresses and not _inside(address, found.allowed_addresses):
            raise PushRefused(403, "address_not_allowed", texts.ADDRESS)
        if not found.enabled:
            raise PushRefused(503, "integration_disabled", texts.DISABLED, retry_after_s=_RETRY_DISABLED_S)
        return found


def _matching(tokens: list[str], settings: NoticeSettings) -> NoticeIntegration | None:
    """Compare every token with every digest, in the same time whichever matches."""
    found = None
    for digest in [digest_of(token) for token in tokens[:8]]:
        for integration in settings.integrations:
            if hmac.compare_digest(digest, integration.token_digest):
                found = integration
    return found


def _inside(address: str, networks: list[str]) -> bool:
    try:
        ip: Address = ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    plain = getattr(ip, "ipv4_mapped", None) or ip
    return any(plain in ip_network(network, strict=False) for network in networks)
