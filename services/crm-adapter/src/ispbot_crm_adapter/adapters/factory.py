"""From settings to a client of the configured vendor."""

import hashlib
from dataclasses import dataclass

from ispbot_contracts.settings import CrmSettings, CrmVendor, MikroWispSettings
from ispbot_crm_adapter.adapters.mikrowisp.address import api_base
from ispbot_crm_adapter.adapters.mikrowisp.client import MikroWispClient
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.outbound import HttpDoor
from ispbot_crm_adapter.ports import CrmClient
from ispbot_crm_adapter.settings import Limits


@dataclass(frozen=True)
class Opened:
    """A client, the guard of its requests, and ``source``: the same for the same system, whatever its credentials."""

    client: CrmClient
    guard: Guard
    source: str
    locale: Locale


def open_client(settings: CrmSettings, locale: Locale, limits: Limits) -> Opened | None:
    """Return a client of the configured system, None when none is. Raises CrmRejected (``invalid_url``)."""
    match settings.vendor:
        case CrmVendor.MIKROWISP if settings.mikrowisp is not None:
            return open_mikrowisp(settings.mikrowisp, locale, limits)
        case _:
            return None


def open_mikrowisp(settings: MikroWispSettings, locale: Locale, limits: Limits) -> Opened:
    """Return a client of a MikroWisp server. Raises CrmRejected (``invalid_url``)."""
    base = api_base(settings.url)
    guard = Guard(CrmVendor.MIKROWISP, limits)
    client = MikroWispClient(
        base=base,
        token=settings.token.get_secret_value(),
        door=HttpDoor(verify_tls=settings.verify_tls, limits=limits),
        guard=guard,
        files=Guard(CrmVendor.MIKROWISP, limits),
        locale=locale,
        page_pause_s=limits.page_pause_s,
    )
    return Opened(client, guard, source_of(CrmVendor.MIKROWISP, base), locale)


def source_of(vendor: str, base: str) -> str:
    """Return the short name of a system, used to keep what is remembered of one apart from another."""
    return hashlib.sha256(f"{vendor}\x1f{base}".encode()).hexdigest()[:12]
