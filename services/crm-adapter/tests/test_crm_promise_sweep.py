"""A promise whose asker went away in the middle is ended by the next replica that starts."""

from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.crm_writes import CrmWriteFailed, PromisePayment
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.promises import KIND
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually, published


@pytest.fixture(params=["ispcube", "mikrowisp"])
def vendor(request) -> str:
    """ISPCube shows promises, MikroWisp does not."""
    return str(request.param)


@pytest.fixture
async def left_open(start_adapter, settings_store, company, crm_settings, all_writes, ask, isp, cid, database):
    """A promise recorded at the vendor, whose row says that it was only begun, a minute ago."""
    await settings_store.write(company, revision=0)
    await settings_store.write(crm_settings(**all_writes), revision=0)
    await start_adapter()
    await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k"))
    begun = {"state": "began", "attempted_at": utc_now() - timedelta(minutes=1)}
    await database["writes"].update_one({"kind": KIND}, {"$set": begun})


async def ended(database, state):
    async def is_so():
        return (await database["writes"].find_one({"kind": KIND}))["state"] == state

    await eventually(is_so)


@pytest.mark.usefixtures("left_open")
async def test_what_the_vendor_shows_is_done_what_nobody_can_tell_is_told(
    start_adapter, bus, database, vendor, asked, command
):
    await start_adapter()
    await ended(database, "done" if vendor == "ispcube" else "unknown")
    if vendor == "mikrowisp":
        [body] = await published(bus, f"crm.evt.{CrmWriteFailed.name}.*.*", 1)
        assert CrmWriteFailed.model_validate_json(body).outcome == "unknown"
    assert (await asked())[command("promise")] == 1


@pytest.mark.usefixtures("left_open")
async def test_what_the_vendor_does_not_have_is_not_recorded_later(
    start_adapter, database, vendor, isp, asked, command
):
    isp.isp.promises.clear()
    await start_adapter()
    await ended(database, "refused" if vendor == "ispcube" else "unknown")
    assert not isp.isp.promises
    assert (await asked())[command("promise")] == 1


@pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
@pytest.mark.usefixtures("left_open")
async def test_a_system_that_can_not_be_asked_for_a_day_leaves_it_to_a_person(start_adapter, bus, database, cause):
    begun = await database["writes"].find_one({"kind": KIND})
    long_ago = begun | {"_id": "old", "at": utc_now() - timedelta(hours=25)}
    await database["writes"].update_one({"kind": KIND}, {"$set": {"at": utc_now() - timedelta(hours=23)}})
    await database["writes"].insert_one(long_ago)
    await cause("http_500")
    await start_adapter()
    [body] = await published(bus, f"crm.evt.{CrmWriteFailed.name}.*.*", 1)
    assert CrmWriteFailed.model_validate_json(body).write_id == "old"
    states = {row["_id"]: row["state"] async for row in database["writes"].find({"kind": KIND})}
    assert states == {"old": "unknown", begun["_id"]: "began"}


@pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
@pytest.mark.usefixtures("left_open")
async def test_one_that_could_not_leave_for_a_day_is_refused(ask, database, cause, cid, isp, command):
    long_ago = {"state": "never_left", "at": utc_now() - timedelta(hours=25)}
    await database["writes"].update_one({"kind": KIND}, {"$set": long_ago})
    await cause("bad_token", command=command("promise"))
    with pytest.raises(Refusal) as refused:
        await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k"))
    assert (refused.value.code, refused.value.message) == ("promise_refused", texts.WRITE_GIVEN_UP)
    await ended(database, "refused")
