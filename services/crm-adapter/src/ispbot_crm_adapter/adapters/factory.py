"""From settings to a client of the configured vendor."""

import hashlib
from dataclasses import dataclass

from ispbot_contracts.settings import CrmSettings, CrmVendor, IspbrainSettings, IspcubeSettings, MikroWispSettings
from ispbot_crm_adapter.adapters.address import api_base
from ispbot_crm_adapter.adapters.ispbrain.client import IspbrainClient
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine, Secrets
from ispbot_crm_adapter.adapters.ispcube.client import IspcubeClient
from ispbot_crm_adapter.adapters.ispcube.line import Credentials, IspcubeLine
from ispbot_crm_adapter.adapters.mikrowisp.client import MikroWispClient
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.outbound import HttpDoor
from ispbot_crm_adapter.ports import CrmClient
from ispbot_crm_adapter.settings import Limits

_API_OF = {CrmVendor.MIKROWISP: "/api/v1", CrmVendor.ISPCUBE: "/api", CrmVendor.ISPBRAIN: "/api/v2"}


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
            return _open_mikrowisp(settings.mikrowisp, locale, limits)
        case CrmVendor.ISPCUBE if settings.ispcube is not None:
            return _open_ispcube(settings.ispcube, locale, limits)
        case CrmVendor.ISPBRAIN if settings.ispbrain is not None:
            return _open_ispbrain(settings.ispbrain, locale, limits)
        case _:
            return None


def base_of(vendor: CrmVendor, url: str) -> str:
    """Return the address of a vendor's API. Raises CrmRejected (``invalid_url``)."""
    return api_base(url, _API_OF[vendor])


def _open_mikrowisp(settings: MikroWispSettings, locale: Locale, limits: Limits) -> Opened:
    base = base_of(CrmVendor.MIKROWISP, settings.url)
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


def _open_ispcube(settings: IspcubeSettings, locale: Locale, limits: Limits) -> Opened:
    base = base_of(CrmVendor.ISPCUBE, settings.url)
    guard = Guard(CrmVendor.ISPCUBE, limits)
    door = HttpDoor(verify_tls=settings.verify_tls, limits=limits)
    credentials = Credentials(
        username=settings.username,
        password=settings.password.get_secret_value(),
        api_key=settings.api_key.get_secret_value(),
        client_id=settings.client_id,
    )
    client = IspcubeClient(
        base=base,
        line=IspcubeLine(
            vendor=CrmVendor.ISPCUBE,
            base=base,
            credentials=credentials,
            door=door,
            guard=guard,
            login_s=limits.login_s,
        ),
        door=door,
        files=Guard(CrmVendor.ISPCUBE, limits),
        locale=locale,
        fresh_s=limits.fresh_s,
        page_pause_s=limits.page_pause_s,
    )
    return Opened(client, guard, source_of(CrmVendor.ISPCUBE, base, settings.client_id), locale)


def _open_ispbrain(settings: IspbrainSettings, locale: Locale, limits: Limits) -> Opened:
    base = base_of(CrmVendor.ISPBRAIN, settings.url)
    guard = Guard(CrmVendor.ISPBRAIN, limits)
    door = HttpDoor(verify_tls=settings.verify_tls, limits=limits)
    secrets = Secrets(
        password=settings.password.get_secret_value() if settings.password is not None else "",
        api_key=settings.api_key.get_secret_value() if settings.api_key is not None else "",
    )
    line = IspbrainLine(
        base=base,
        form=settings,
        secrets=secrets,
        door=door,
        guard=guard,
        login_s=limits.login_s,
        page_pause_s=limits.page_pause_s,
    )
    client = IspbrainClient(base=base, line=line, door=door, files=Guard(CrmVendor.ISPBRAIN, limits), locale=locale)
    return Opened(client, guard, source_of(CrmVendor.ISPBRAIN, base), locale)


def source_of(vendor: str, *parts: str) -> str:
    """Return the short name of a system, used to keep what is remembered of one apart from another."""
    return hashlib.sha256("\x1f".join((vendor, *parts)).encode()).hexdigest()[:12]
