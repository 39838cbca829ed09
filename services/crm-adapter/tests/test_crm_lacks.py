"""What a system can not do says why and what to do, in words of its own; the rest is offered."""

import pytest

from ispbot_contracts.crm import Capability, GetCrmStatus
from ispbot_contracts.settings import CrmSettings, IspbrainApi, IspbrainFieldMap, IspbrainWrite, PromiseRules
from ispbot_crm_adapter.adapters.ispbrain.lacks import lacks as ispbrain_lacks

_SHARED = {
    Capability.IDENTIFY, Capability.BALANCE, Capability.INVOICE_PDF, Capability.TICKETS,
}  # fmt: skip
_BY_API = _SHARED | {
    Capability.PAYMENT_PROMISE, Capability.CONTRACTED_SPEED, Capability.PAYMENT_LINK, Capability.PAYMENTS, Capability.MESSAGING_PUSH,
}  # fmt: skip
_OFFERED = {
    "mikrowisp": _BY_API | {Capability.CONNECTION, Capability.AREA_MAINTENANCE, Capability.LEADS},
    "ispcube": _BY_API,
    "ispbrain": _SHARED | {Capability.PAYMENT_PROMISE, Capability.PAYMENTS},
}
"""With all that ``all_writes`` sets; ISPBrain's others hang on its fields (below)."""


@pytest.fixture
async def status(start_adapter, ask, settings_store, company, crm_settings):
    """Return a function that starts the adapter with these changes and asks what it can do."""

    async def asked(*, promises: bool = True, **changes):
        await settings_store.write(company, revision=0)
        section: CrmSettings = crm_settings(**changes)
        section = section.model_copy(update={"promises": PromiseRules(enabled=promises)})
        await settings_store.write(section, revision=0)
        await start_adapter()
        return await ask(GetCrmStatus())

    return asked


async def test_every_capability_is_offered_or_says_why_not(status):
    found = await status()
    missing = [lack.capability for lack in found.lacks]
    assert sorted([*found.capabilities, *missing]) == sorted(Capability)
    reasons = [lack.why for lack in found.lacks]
    assert len(set(reasons)) == len(reasons), "one sentence for two things explains neither"


async def test_what_a_system_offers_is_decided_thing_by_thing(status, all_writes, vendor):
    """A capability that is new is offered by every system until its ``lacks`` speaks of it: decide, and write it here."""
    found = await status(**all_writes)
    assert set(found.capabilities) == _OFFERED[vendor]


@pytest.mark.parametrize("vendor", ["mikrowisp", "ispcube"])
async def test_what_the_settings_complete_is_offered(status, all_writes):
    found = await status(**all_writes)
    assert {Capability.TICKETS, Capability.PAYMENTS, Capability.PAYMENT_LINK} <= set(found.capabilities)


async def test_promises_switched_off_say_so_in_every_system(status):
    found = await status(promises=False)
    [why] = [lack.why for lack in found.lacks if lack.capability is Capability.PAYMENT_PROMISE]
    assert why == "Las promesas de pago están apagadas."


@pytest.mark.parametrize("vendor", ["ispcube"])
async def test_ispcube_names_the_numbers_of_its_tickets_that_are_missing(status):
    found = await status(ticket_status_id=1)
    [why] = [lack.why for lack in found.lacks if lack.capability is Capability.TICKETS]
    assert why == "Faltan la categoría y el usuario asignado de los tickets."


def test_ispbrain_asks_for_the_account_of_its_notices_only_while_it_is_missing():
    api = IspbrainApi(url="https://demo.ispbrain.io:4443")
    with_account = api.model_copy(update={"altwha_account": 7})
    remedies = [ispbrain_lacks(form, promises=True)[Capability.MESSAGING_PUSH].remedy for form in (api, with_account)]
    assert remedies == ["Completá Cuenta de AltWha para recibirlos.", None]


def test_ispbrains_templates_and_paths_turn_things_on_and_off():
    api = IspbrainApi(url="https://demo.ispbrain.io:4443")
    payment = IspbrainWrite(path="/payments", body={"customer_id": "{id}", "amount": "{amount}"})
    with_payment = api.model_copy(update={"endpoints": api.endpoints.model_copy(update={"payment": payment})})
    assert Capability.PAYMENTS not in ispbrain_lacks(with_payment, promises=True)
    no_file = IspbrainFieldMap(invoice={"pdf": ""})
    assert "archivo" in str(
        ispbrain_lacks(api.model_copy(update={"fields": no_file}), promises=True)[Capability.INVOICE_PDF]
    )
    no_path = api.model_copy(update={"endpoints": api.endpoints.model_copy(update={"invoices": ""})})
    assert "ruta" in str(ispbrain_lacks(no_path, promises=True)[Capability.INVOICE_PDF])
