"""From settings to a client of the configured vendor."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel, SecretStr

from ispbot_contracts.settings import CrmSettings, CrmVendor, IspbrainSettings, IspcubeSettings, MikroWispSettings
from ispbot_crm_adapter.adapters.address import api_base
from ispbot_crm_adapter.adapters.ispbrain.client import IspbrainClient
from ispbot_crm_adapter.adapters.ispbrain.lacks import lacks as ispbrain_lacks
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine, Secrets
from ispbot_crm_adapter.adapters.ispbrain.writer import IspbrainWriter
from ispbot_crm_adapter.adapters.ispcube.client import IspcubeClient
from ispbot_crm_adapter.adapters.ispcube.lacks import lacks as ispcube_lacks
from ispbot_crm_adapter.adapters.ispcube.line import Credentials, IspcubeLine
from ispbot_crm_adapter.adapters.ispcube.writer import IspcubeWriter
from ispbot_crm_adapter.adapters.mikrowisp.client import MikroWispClient
from ispbot_crm_adapter.adapters.mikrowisp.lacks import lacks as mikrowisp_lacks
from ispbot_crm_adapter.adapters.mikrowisp.line import MikroWispLine
from ispbot_crm_adapter.adapters.mikrowisp.writer import MikroWispWriter
from ispbot_crm_adapter.adapters.pdf_door import PdfDoor
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.meter import Meter
from ispbot_crm_adapter.outbound import HttpDoor
from ispbot_crm_adapter.ports import CrmClient, CrmWriter
from ispbot_crm_adapter.settings import Limits

_API_OF = {CrmVendor.MIKROWISP: "/api/v1", CrmVendor.ISPCUBE: "/api", CrmVendor.ISPBRAIN: "/api/v2"}


@dataclass(frozen=True)
class Opened:
    """A client, the guard of its requests, and ``source``: the same for the same system, whatever its credentials.

    ``writer`` does what the client's capabilities name beyond reading; ``meter`` counts where requests cost money.
    """

    client: CrmClient
    guard: Guard
    source: str
    locale: Locale
    writer: CrmWriter
    meter: Meter | None = None
    count_connections: Callable[[], Awaitable[int | None]] | None = None
    """Asks what the meter's allowance depends on."""


def open_client(settings: CrmSettings, locale: Locale, limits: Limits) -> Opened | None:
    """Return a client of the configured system, None when none is. Raises CrmRejected (``invalid_url``)."""
    promises = settings.promises.enabled
    match settings.vendor:
        case CrmVendor.MIKROWISP if settings.mikrowisp is not None:
            return _open_mikrowisp(settings.mikrowisp, locale, limits, promises=promises)
        case CrmVendor.ISPCUBE if settings.ispcube is not None:
            return _open_ispcube(settings.ispcube, locale, limits, promises=promises)
        case CrmVendor.ISPBRAIN if settings.ispbrain is not None:
            return _open_ispbrain(settings.ispbrain, locale, limits, promises=promises)
        case _:
            return None


def base_of(vendor: CrmVendor, url: str) -> str:
    """Return the address of a vendor's API. Raises CrmRejected (``invalid_url``)."""
    return api_base(url, _API_OF[vendor])


def _secrets_of(settings: BaseModel) -> list[str]:
    return [value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)]


def _pdf_door(
    vendor: CrmVendor, settings: MikroWispSettings | IspcubeSettings | IspbrainSettings, limits: Limits
) -> PdfDoor:
    return PdfDoor(vendor, limits, verify_tls=settings.verify_tls, secrets=_secrets_of(settings))


def _open_mikrowisp(settings: MikroWispSettings, locale: Locale, limits: Limits, *, promises: bool) -> Opened:
    base = base_of(CrmVendor.MIKROWISP, settings.url)
    guard = Guard(CrmVendor.MIKROWISP, limits, secrets=_secrets_of(settings))
    door = HttpDoor(verify_tls=settings.verify_tls, limits=limits)
    line = MikroWispLine(
        base=base,
        token=settings.token.get_secret_value(),
        door=door,
        guard=guard,
        write_s=limits.write_s,
        list_s=limits.list_s,
    )
    client = MikroWispClient(
        line=line,
        files=_pdf_door(CrmVendor.MIKROWISP, settings, limits),
        locale=locale,
        page_pause_s=limits.page_pause_s,
        lacks=mikrowisp_lacks(settings, promises=promises),
    )
    writer = MikroWispWriter(
        line, locale, department=settings.ticket_department, gateway=settings.payment_gateway, method=settings.payment_method
    )  # fmt: skip
    return Opened(client, guard, source_of(CrmVendor.MIKROWISP, base), locale, writer)


def _open_ispcube(settings: IspcubeSettings, locale: Locale, limits: Limits, *, promises: bool) -> Opened:
    base = base_of(CrmVendor.ISPCUBE, settings.url)
    guard = Guard(CrmVendor.ISPCUBE, limits, secrets=_secrets_of(settings))
    door = HttpDoor(verify_tls=settings.verify_tls, limits=limits)
    source = source_of(CrmVendor.ISPCUBE, base, settings.client_id)
    meter = Meter(source, locale.tz, settings.monthly_allowance, stop=settings.stop_at_allowance)
    credentials = Credentials(
        username=settings.username,
        password=settings.password.get_secret_value(),
        api_key=settings.api_key.get_secret_value(),
        client_id=settings.client_id,
    )
    line = IspcubeLine(
        vendor=CrmVendor.ISPCUBE, base=base, credentials=credentials, door=door, guard=guard, login_s=limits.login_s,
        write_s=limits.write_s, list_s=limits.list_s, meter=meter,
    )  # fmt: skip
    client = IspcubeClient(
        base=base,
        line=line,
        files=_pdf_door(CrmVendor.ISPCUBE, settings, limits),
        locale=locale,
        fresh_s=limits.fresh_s,
        page_pause_s=limits.page_pause_s,
        lacks=ispcube_lacks(settings, promises=promises),
    )
    writer = IspcubeWriter(line, case_ids=_case_ids(settings), destiny_id=settings.payment_destiny_id)
    return Opened(client, guard, source, locale, writer, meter, client.connections)


def _case_ids(settings: IspcubeSettings) -> tuple[int, int, int] | None:
    category, state, user = settings.ticket_category_id, settings.ticket_status_id, settings.ticket_assigned_user_id
    return None if category is None or state is None or user is None else (category, state, user)


def _open_ispbrain(settings: IspbrainSettings, locale: Locale, limits: Limits, *, promises: bool) -> Opened:
    base = base_of(CrmVendor.ISPBRAIN, settings.url)
    guard = Guard(CrmVendor.ISPBRAIN, limits, secrets=_secrets_of(settings))
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
        write_s=limits.write_s,
        list_s=limits.list_s,
        page_pause_s=limits.page_pause_s,
    )
    client = IspbrainClient(
        base=base,
        line=line,
        files=_pdf_door(CrmVendor.ISPBRAIN, settings, limits),
        locale=locale,
        lacks=ispbrain_lacks(settings, promises=promises),
    )
    writer = IspbrainWriter(line, tz=locale.tz)
    return Opened(client, guard, source_of(CrmVendor.ISPBRAIN, base), locale, writer)


def source_of(vendor: str, *parts: str) -> str:
    """Return the short name of a system, used to keep what is remembered of one apart from another."""
    return hashlib.sha256("\x1f".join((vendor, *parts)).encode()).hexdigest()[:12]
