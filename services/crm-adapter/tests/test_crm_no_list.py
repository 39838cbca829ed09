"""An API user who may not list the customers: asked for rarely, told once, and no sign that the system is unwell."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ispbot_contracts.crm import FindCustomers, GetCrmStatus
from ispbot_contracts.crm import TestCrmConnection as TryConnection
from ispbot_contracts.settings import CrmSettings
from ispbot_crm_adapter.directory import refresh_directory
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_runtime.testing import eventually

EVERY = timedelta(hours=6)
ASKED_AGAIN = {"ispcube": timedelta(days=1), "ispbrain": timedelta(hours=1)}
"""A listing costs ISPCube's customers money."""
A_MOMENT = timedelta(minutes=5)
NOT_THERE = [("forbidden", "list_forbidden"), ("unsupported", "list_missing")]


@pytest.fixture(params=sorted(ASKED_AGAIN))
def vendor(request) -> str:
    """Only these tell it apart from a wrong token."""
    return str(request.param)


@pytest.fixture
def due_after(database, store, opened):
    """Return a function that tells whether the list would be asked for so long after the last time."""

    async def look(passed):
        run = await database["directory_runs"].find_one({})
        await database["directory_runs"].update_one({}, {"$set": {"next_at": run["next_at"] - passed}})
        due = await store.claim_sync(opened.source)
        await database["directory_runs"].update_one({}, {"$set": {"next_at": run["next_at"]}})
        return due

    return look


@pytest.mark.parametrize(("fault", "code"), NOT_THERE)
async def test_a_list_that_is_not_to_be_had_is_asked_for_rarely_and_told_once(
    opened, store, cause, asked, command, vendor, due_after, fault, code
):
    await cause(fault, command=command("list"))
    assert await store.claim_sync(opened.source)
    with capture_logs() as told:
        for _ in range(3):
            assert await refresh_directory(opened, store, EVERY) is None
    assert (await asked())[command("list")] == 3
    said = [one for one in told if one["event"] == "crm_directory_not_refreshed"]
    assert [(one["log_level"], one["reason"]) for one in said if one["log_level"] != "debug"] == [("warning", code)]
    assert (await store.listing(opened.source)).no_list == code
    assert opened.guard.trouble is None
    assert not await due_after(ASKED_AGAIN[vendor] - A_MOMENT)
    assert await due_after(ASKED_AGAIN[vendor])


async def test_it_neither_makes_trouble_nor_hides_it(opened, store, cause, heal, command, cid):
    await store.claim_sync(opened.source)
    await opened.client.probe()
    await cause("forbidden", command=command("list"))
    await refresh_directory(opened, store, EVERY)
    assert opened.guard.trouble is None
    await heal()
    await cause("forbidden")
    with pytest.raises(Exception, match="forbidden"):
        await opened.client.account(cid(1))
    await refresh_directory(opened, store, EVERY)
    assert opened.guard.trouble.code == "forbidden"


async def test_a_wrong_password_stays_trouble_and_is_no_missing_list(opened, store, cause, command, due_after):
    await store.claim_sync(opened.source)
    await cause("bad_token", command=command("list"))
    assert await refresh_directory(opened, store, EVERY) is None
    assert opened.guard.trouble.code == "denied"
    assert (await store.listing(opened.source)).no_list is None
    assert await due_after(timedelta(minutes=15))


async def test_a_permission_given_later_is_noticed_by_the_next_listing(opened, store, cause, heal, command):
    index = CustomerIndex(store)
    await store.claim_sync(opened.source)
    await cause("forbidden", command=command("list"))
    await refresh_directory(opened, store, EVERY)
    await index.refresh(opened.source)
    assert index.no_list(opened.source) == "list_forbidden"
    assert index.no_list(f"{opened.source}0") is None
    await heal()
    assert await refresh_directory(opened, store, EVERY) is not None
    await index.refresh(opened.source)
    assert index.no_list(opened.source) is None


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("again", ["saved", "tested"])
async def test_customers_are_found_the_status_stays_well_and_a_person_has_it_tried_again(
    start_adapter, ask, cause, heal, asked, command, crm_settings, settings_store, whole_directory, again
):
    await cause("forbidden", command=command("list"))
    service = await start_adapter(crm_question_timeout_s=4.0, crm_test_timeout_s=4.0)

    async def said():
        return (await ask(GetCrmStatus())).reason is not None

    await eventually(said)
    for by, value, name in (("phone", "5493515550001", "Nélida Correa"), ("document", "18777333", "Rubén Sosa")):
        found = await ask(FindCustomers(by=by, value=value), timeout_s=8)
        assert ([one.name for one in found.customers], found.freshness.stale) == ([name], False)
        status = await ask(GetCrmStatus())
        assert status.healthy
        assert status.reason.startswith("El usuario de la API no tiene permiso para listar los clientes.")
    assert service.health.limits["crm"]() is None
    assert service.health.limits["crm_directory"]() is None
    counts = await asked()
    other_contracts = command("list") == "customers/customers_list"  # there the same list finds them: refused once
    assert counts[command("list")] == 1 + other_contracts

    await heal()
    if again == "saved":
        stored = await settings_store.read(CrmSettings)
        await settings_store.write(crm_settings(), revision=stored.revision)
    else:
        assert (await ask(TryConnection(), timeout_s=8)).ok
    await whole_directory()

    async def nothing_said():
        return (await ask(GetCrmStatus())).reason is None

    await eventually(nothing_said)
