"""The system in use follows the settings while the adapter runs."""

from datetime import date, datetime

import pytest
from pydantic import SecretStr
from systems_world import SETTINGS_OF_VENDOR

from ispbot_contracts.crm import FindCustomers, GetAccount, GetCrmStatus
from ispbot_contracts.settings import CrmSettings
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually
from ispbot_sims.isp.ispcube.account import Credentials
from ispbot_sims.isp.testing import running_isp

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
    service = await start_adapter()
    with pytest.raises(Refusal) as refused:
        await ask(GetAccount(customer_id=cid(1)))
    assert refused.value.details["reason"] == "denied"
    status = await ask(GetCrmStatus())
    assert {"mikrowisp": "token", "ispcube": "contraseña", "ispbrain": "contraseña"}[vendor] in status.reason
    revision = await settings_store.write(crm_settings(), revision=revision)
    await eventually(lambda: service.watch.revision(CrmSettings) == revision)
    answer = await ask(GetAccount(customer_id=cid(1)))
    assert not answer.freshness.stale
    assert isinstance(answer.freshness.as_of, datetime)


@pytest.fixture
async def other_isp():
    """Another system with other credentials, where customer 1 is somebody else."""
    ours = Credentials(username="otro", password="otra-clave", api_key="otra-api-key", client_id="77")
    async with running_isp(date(2026, 5, 4), generated=5, token="otro-token", credentials=ours) as running:
        customer = running.isp.customers[1]
        customer.name, customer.mobile, customer.document = "Otra Persona", "3515551111", "99888777"
        yield running


async def test_another_address_with_other_credentials_is_in_force_at_the_next_question(
    start_adapter, ask, settings_store, isp, other_isp, whole_directory, cause, asked, http, cid, vendor
):
    service = await start_adapter(crm_breaker_open_s=60.0, crm_question_timeout_s=5.0)
    await whole_directory()
    await cause("reset")
    reasons = set()
    for _ in range(8):
        with pytest.raises(Refusal) as refused:
            await ask(GetAccount(customer_id=cid(2)))
        reasons.add(refused.value.details["reason"])
    assert "circuit_open" in reasons
    revision = (await settings_store.read(CrmSettings)).revision
    revision = await settings_store.write(SETTINGS_OF_VENDOR[vendor](other_isp), revision=revision)
    await eventually(lambda: service.watch.revision(CrmSettings) == revision)
    await asked()

    answer = await ask(GetAccount(customer_id=cid(1)), timeout_s=8)
    assert (answer.account.name, answer.freshness.stale) == ("Otra Persona", False)
    assert (await ask(GetCrmStatus())).healthy
    assert (await ask(FindCustomers(by="phone", value="5493515550001"), timeout_s=8)).customers == []
    [found] = (await ask(FindCustomers(by="phone", value="5493515551111"), timeout_s=8)).customers
    assert found.name == "Otra Persona"
    assert await asked() == {}
    assert (await http.get(f"{other_isp.url}/_sim/requests")).json()["total"] > 0


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
