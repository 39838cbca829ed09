"""Probar Conexión: try credentials, saved or not yet, and say precisely what is wrong.

Called try, not test, so that pytest does not take it for one.
"""

import asyncio
import time
from dataclasses import replace

from ispbot_contracts.crm import ConnectionTest, TestCrmConnection
from ispbot_contracts.settings import CrmSettings, CrmVendor
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmRejected, CrmUnreachable
from ispbot_crm_adapter.typed import IncompleteForm, settings_to_try

_NAMES = {CrmVendor.MIKROWISP: "MikroWisp", CrmVendor.ISPCUBE: "ISPCube", CrmVendor.ISPBRAIN: "ISPBrain"}


async def try_crm_connection(query: TestCrmConnection, *, crm: CurrentCrm) -> ConnectionTest:
    """Return what the test found; a failed test is an answer, not a refusal.

    A good one of the system in use has its list of customers asked for again, if that was not to be had.
    """
    saved = crm.watch.current(CrmSettings)
    wanted = query.vendor or saved.vendor
    if wanted is None:
        return _failed("crm_not_configured", texts.NOT_CONFIGURED)
    if wanted not in set(CrmVendor):
        return _failed("unknown_vendor", texts.UNKNOWN_VENDOR)
    vendor = CrmVendor(wanted)
    try:
        latency_ms = await _probe(settings_to_try(vendor, query, saved), crm)
    except IncompleteForm as missing:
        return _failed(missing.code, missing.text)
    except CrmError as error:
        return _failed(error.code, texts.reason(error, vendor))
    text = f"Conexión correcta con {_NAMES[vendor]} ({latency_ms} ms)."
    return ConnectionTest(ok=True, code="ok", message=text, latency_ms=latency_ms)


async def _probe(settings: CrmSettings, crm: CurrentCrm) -> int:
    limit_s = crm.limits.test_s
    opened = open_client(settings, crm.locale, replace(crm.limits, read_s=limit_s, login_s=limit_s))
    if opened is None:
        raise CrmRejected("invalid_url")
    started = time.monotonic()
    try:
        async with asyncio.timeout(limit_s):
            await opened.client.probe()
        if crm.opened is not None and crm.opened.source == opened.source:
            crm.changed.set()
    except TimeoutError as error:
        raise CrmUnreachable("timeout") from error
    finally:
        await opened.client.aclose()
    return round((time.monotonic() - started) * 1000)


def _failed(code: str, message: str) -> ConnectionTest:
    return ConnectionTest(ok=False, code=code, message=message, latency_ms=None)
