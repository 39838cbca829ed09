"""The system in use follows the settings while the adapter runs."""

from datetime import datetime

import pytest
from pydantic import SecretStr

from ispbot_contracts.crm import GetAccount, GetCrmStatus
from ispbot_contracts.settings import CrmSettings
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually

pytestmark = pytest.mark.usefixtures("configured")

BAD_SECRET = {
    "mikrowisp": {"token": SecretStr("wrong")},
    "ispcube": {"password": SecretStr("wrong")},
    "ispbrain": {"password": SecretStr("wrong")},
}


async def test_without_a_configured_system_questions_are_refused_and_it_works_as_soon_as_one_is(
    start_adapter, ask, settings_store, crm_settings, cid
):
    stored = await settings_store.read(CrmSettings)
    revision = await settings_store.write(CrmSettings(), revision=stored.revision)
    await start_adapter()
    with pytest.raises(Refusal) as refused:
        await ask(GetAccount(customer_id=cid(1)))
    assert refused.value.code == "crm_not_configured"
    assert (await ask(GetCrmStatus())).vendor is None
    await settings_store.write(crm_settings(), revision=revision)

    async def works():
        return (await ask(GetCrmStatus())).vendor is not None

    await eventually(works)
    assert (await ask(GetAccount(customer_id=cid(1)))).account.name == "Nélida Correa"


async def test_a_corrected_credential_is_in_force_without_a_restart(
    start_adapter, ask, settings_store, crm_settings, cid, vendor
):
    revision = (await settings_store.read(CrmSettings)).revision
    revision = await settings_store.write(crm_settings(**BAD_SECRET[vendor]), revision=revision)
    await start_adapter()
    with pytest.raises(Refusal) as refused:
        await ask(GetAccount(customer_id=cid(1)))
    assert refused.value.details["reason"] == "denied"
    status = await ask(GetCrmStatus())
    assert {"mikrowisp": "token", "ispcube": "contraseña", "ispbrain": "contraseña"}[vendor] in status.reason
    revision = await settings_store.write(crm_settings(), revision=revision)

    async def in_force():
        return (await ask(GetCrmStatus())).revision == revision

    await eventually(in_force)
    answer = await ask(GetAccount(customer_id=cid(1)))
    assert not answer.freshness.stale
    assert isinstance(answer.freshness.as_of, datetime)


async def test_another_systems_memory_is_never_used(start_adapter, ask, settings_store, crm_settings, remembered, cid):
    service = await start_adapter()
    await ask(GetAccount(customer_id=cid(1)))
    await remembered(cid(1))
    revision = (await settings_store.read(CrmSettings)).revision
    revision = await settings_store.write(crm_settings(url="http://127.0.0.1:9"), revision=revision)
    await eventually(lambda: service.watch.revision(CrmSettings) == revision)
    with pytest.raises(Refusal) as refused:
        await ask(GetAccount(customer_id=cid(1)))
    assert refused.value.code == "crm_unavailable"
