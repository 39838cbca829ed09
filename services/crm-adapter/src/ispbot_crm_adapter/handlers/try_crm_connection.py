"""Probar Conexión: try credentials, saved or not yet, and say precisely what is wrong.

Called try, not test, so that pytest does not take it for one.
"""

import asyncio
import time
from dataclasses import replace

from pydantic import SecretStr, ValidationError

from ispbot_contracts.crm import ConnectionTest, TestCrmConnection
from ispbot_contracts.settings import CrmSettings, CrmVendor, MikroWispSettings
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import open_mikrowisp
from ispbot_crm_adapter.adapters.mikrowisp.address import api_base
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmRejected, CrmUnreachable

_NAMES = {CrmVendor.MIKROWISP: "MikroWisp"}


async def try_crm_connection(query: TestCrmConnection, *, crm: CurrentCrm) -> ConnectionTest:
    """Return what the test found; a failed test is an answer, not a refusal."""
    vendor = query.vendor or crm.watch.current(CrmSettings).vendor
    if vendor is None:
        return _failed("crm_not_configured", texts.NOT_CONFIGURED)
    if vendor not in set(CrmVendor):
        return _failed("unknown_vendor", texts.UNKNOWN_VENDOR)
    try:
        settings = _settings_to_try(query, crm.watch.current(CrmSettings).mikrowisp)
        latency_ms = await _probe(settings, crm)
    except _Incomplete as missing:
        return _failed(missing.code, missing.text)
    except CrmError as error:
        return _failed(error.code, texts.reason(error))
    text = f"Conexión correcta con {_NAMES[CrmVendor(vendor)]} ({latency_ms} ms)."
    return ConnectionTest(ok=True, code="ok", message=text, latency_ms=latency_ms)


class _Incomplete(Exception):
    """The form is only half filled in."""

    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text


def _settings_to_try(query: TestCrmConnection, saved: MikroWispSettings | None) -> MikroWispSettings:
    """Return what was typed completed by what is saved; the saved token never goes to another address."""
    url = (query.url or "").strip() or (saved.url if saved else "")
    if not url:
        raise _Incomplete("url_required", texts.URL_REQUIRED)
    token = SecretStr(query.token) if query.token else None
    if token is None and saved is not None and api_base(url) == api_base(saved.url):
        token = saved.token
    if token is None:
        raise _Incomplete("token_required", texts.TOKEN_REQUIRED)
    try:
        typed = query.url is not None or query.token is not None
        verify = query.verify_tls if typed or saved is None else saved.verify_tls
        return MikroWispSettings(url=url, token=token, verify_tls=verify)
    except ValidationError as error:
        raise CrmRejected("invalid_url") from error


async def _probe(settings: MikroWispSettings, crm: CurrentCrm) -> int:
    limit_s = crm.limits.test_s
    opened = open_mikrowisp(settings, crm.locale, replace(crm.limits, read_s=limit_s))
    started = time.monotonic()
    try:
        async with asyncio.timeout(limit_s):
            await opened.client.probe()
    except TimeoutError as error:
        raise CrmUnreachable("timeout") from error
    finally:
        await opened.client.aclose()
    return round((time.monotonic() - started) * 1000)


def _failed(code: str, message: str) -> ConnectionTest:
    return ConnectionTest(ok=False, code=code, message=message, latency_ms=None)
