"""Detectar campos: one real customer as the system gives them, and the field map that fits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace

from pydantic import ValidationError

from ispbot_contracts.crm import CustomerAccount
from ispbot_contracts.crm_fields import CrmFieldsDetected, DetectCrmFields, FieldSample
from ispbot_contracts.settings import CrmSettings, CrmVendor, IspbrainFieldMap, IspbrainSettings
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.adapters.ispbrain.client import IspbrainClient
from ispbot_crm_adapter.adapters.ispbrain.detect import propose, samples_of
from ispbot_crm_adapter.adapters.ispbrain.paths import scalar_at
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable
from ispbot_crm_adapter.typed import IncompleteForm, ispbrain_form, opened_form


async def detect_crm_fields(query: DetectCrmFields, *, crm: CurrentCrm) -> CrmFieldsDetected:
    """Return what was found; not finding anything is an answer, not a refusal."""
    saved = crm.watch.current(CrmSettings).ispbrain
    try:
        form = ispbrain_form(query.ispbrain, saved)
        settings = opened_form(form, saved, password=query.password, api_key=query.api_key)
        return await _look(settings, query, crm)
    except IncompleteForm as missing:
        return _none(missing.code, missing.text)
    except ValidationError:
        return _none("invalid_url", texts.INVALID_FORM)
    except CrmError as error:
        return _none(error.code, texts.reason(error, CrmVendor.ISPBRAIN))


async def _look(settings: IspbrainSettings, query: DetectCrmFields, crm: CurrentCrm) -> CrmFieldsDetected:
    try:
        async with asyncio.timeout(crm.limits.test_s), _client(settings, crm) as client:
            raw = await client.raw_customer(query.by, query.value)
            if raw is None:
                return _none("customer_not_found", texts.NOBODY_TO_DETECT)
            proposed = propose(raw, settings.fields)
            async with _client(settings.model_copy(update={"fields": proposed}), crm) as reader:
                reads, trouble = await _read(reader, raw, proposed)
    except TimeoutError as error:
        raise CrmUnreachable("timeout") from error
    return CrmFieldsDetected(
        ok=True,
        code="ok" if reads is not None else "not_readable",
        message=texts.FIELDS_DETECTED if reads is not None else texts.FIELDS_NOT_READABLE.format(trouble=trouble),
        paths=[FieldSample(**asdict(sample)) for sample in samples_of(raw)],
        proposed=proposed,
        reads=reads,
    )


async def _read(reader: IspbrainClient, raw: object, fields: IspbrainFieldMap) -> tuple[CustomerAccount | None, str]:
    """Return the customer as the bot would see them, else which values are missing."""
    try:
        account = await reader.account(str(scalar_at(raw, fields.customer.id)).lstrip("0"))
    except CrmError as error:
        return None, error.detail or error.code
    return account, fields.customer.id


@asynccontextmanager
async def _client(settings: IspbrainSettings, crm: CurrentCrm) -> AsyncIterator[IspbrainClient]:
    limits = replace(crm.limits, read_s=crm.limits.test_s, login_s=crm.limits.test_s)
    opened = open_client(CrmSettings(vendor=CrmVendor.ISPBRAIN, ispbrain=settings), crm.locale, limits)
    if opened is None or not isinstance(opened.client, IspbrainClient):
        raise TypeError("ISPBrain's settings open ISPBrain's client")
    try:
        yield opened.client
    finally:
        await opened.client.aclose()


def _none(code: str, message: str) -> CrmFieldsDetected:
    return CrmFieldsDetected(ok=False, code=code, message=message, paths=[], proposed=None, reads=None)
