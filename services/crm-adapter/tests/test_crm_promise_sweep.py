"""A promise whose asker went away in the middle is ended by the next replica that starts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.crm_writes import CrmWriteFailed, PromisePayment
from ispbot_contracts.settings import CrmSettings
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.promises import KIND
from ispbot_crm_adapter.write_ledger import WriteLedger, WriteState
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
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
    await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k", contact_id="c1"))
    begun = {"state": "began", "attempted_at": utc_now() - timedelta(minutes=1)}
    await database["writes"].update_one({"kind": KIND}, {"$set": begun})


async def ended(database, state):
    async def is_so():
        return (await database["writes"].find_one({"kind": KIND}))["state"] == state

    await eventually(is_so)


@pytest.mark.usefixtures("left_open")
async def test_what_the_vendor_shows_is_done_what_nobody_can_tell_is_told(
    start_adapter, bus, database, vendor, asked, command, cid
):
    await start_adapter()
    await ended(database, "done" if vendor == "ispcube" else "unknown")
    if vendor == "mikrowisp":
        [body] = await published(bus, f"crm.evt.{CrmWriteFailed.name}.*.*", 1)
        failed = CrmWriteFailed.model_validate_json(body)
        assert (failed.outcome, failed.contact_id, failed.customer_id) == ("unknown", "c1", cid(1))
    assert (await asked())[command("promise")] == 1


@pytest.mark.usefixtures("left_open")
async def test_what_the_vendor_does_not_have_is_recorded_only_when_asked_again(
    start_adapter, ask, database, vendor, isp, cid, asked, command
):
    isp.isp.promises.clear()
    await start_adapter()
    await ended(database, "never_left" if vendor == "ispcube" else "unknown")
    assert not isp.isp.promises
    assert (await asked())[command("promise")] == 1
    if vendor == "ispcube":
        again = await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k"))
        assert again.until == isp.isp.promised_until(1) == isp.isp.today


@pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
@pytest.mark.usefixtures("left_open")
async def test_one_is_not_sent_beside_another_that_a_second_process_recorded(ask, database, isp, cid, asked, command):
    isp.isp.promises.clear()
    ours = await database["writes"].find_one({"kind": KIND})
    await database["writes"].insert_one(ours | {"_id": "theirs", "state": "done"})
    query = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k")
    with pytest.raises(Refusal) as refused:
        await ask(query)
    assert (refused.value.code, refused.value.details["reason"]) == ("crm_unavailable", "other_promise")
    with pytest.raises(Refusal) as refused:
        await ask(query)
    assert (refused.value.code, refused.value.message) == ("promise_pending", texts.promise_pending(isp.isp.today))
    assert (await asked())[command("promise")] == 1


@pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
@pytest.mark.usefixtures("left_open")
async def test_a_try_under_way_is_not_taken_for_one_that_was_never_made(database):
    ledger = WriteLedger(database)
    [before] = await ledger.left_open(KIND, (await database["writes"].find_one({}))["source"], utc_now())
    assert await ledger.try_again(before.write_id)
    await ledger.was_not_written(before)
    assert (await ledger.read(before.write_id)).state is WriteState.BEGAN


@pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
@pytest.mark.usefixtures("left_open")
async def test_a_system_that_can_not_be_asked_for_a_day_leaves_it_to_a_person(start_adapter, bus, database, cause):
    begun = await database["writes"].find_one({"kind": KIND})
    noted = {name: value for name, value in begun["noted"].items() if name != "contact_id"}  # of an older version
    long_ago = begun | {"_id": "old", "at": utc_now() - timedelta(hours=25), "noted": noted}
    await database["writes"].update_one({"kind": KIND}, {"$set": {"at": utc_now() - timedelta(hours=23)}})
    await database["writes"].insert_one(long_ago)
    await cause("http_500")
    await start_adapter()
    [body] = await published(bus, f"crm.evt.{CrmWriteFailed.name}.*.*", 1)
    failed = CrmWriteFailed.model_validate_json(body)
    assert (failed.write_id, failed.contact_id) == ("old", derive_id("crm-customer", failed.customer_id))
    states = {row["_id"]: row["state"] async for row in database["writes"].find({"kind": KIND})}
    assert states == {"old": "unknown", begun["_id"]: "began"}


@pytest.mark.parametrize("vendor", ["ispcube"], indirect=True)
@pytest.mark.usefixtures("left_open")
async def test_one_that_could_not_leave_for_a_day_is_refused(ask, database, cause, cid, isp, command):
    long_ago = {"state": "never_left", "at": utc_now() - timedelta(hours=25)}
    await database["writes"].update_one({"kind": KIND}, {"$set": long_ago})
    isp.isp.promises.clear()
    await cause("bad_token", command=command("promise"))
    with pytest.raises(Refusal) as refused:
        await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k"))
    assert (refused.value.code, refused.value.message) == ("promise_refused", texts.WRITE_GIVEN_UP)
    await ended(database, "refused")


@pytest.mark.parametrize("vendor", ["mikrowisp"], indirect=True)
class TestACrashBeforeStaffWereTold:
    """The row says "unknown" and the process ended before anybody heard of it."""

    @pytest.fixture
    def dying(self, monkeypatch):
        """Return a context in which processes end where they would tell."""

        @contextmanager
        def ended() -> Iterator[None]:
            async def die(*_) -> None:
                raise Unavailable("it ended here")

            with monkeypatch.context() as patch:
                patch.setattr(Bus, "publish", die)
                yield

        return ended

    @pytest.fixture
    def told(self, bus, database, cid):
        """Return a function that waits until staff are told, and nothing is owed any more."""

        async def wait():
            [body] = await published(bus, f"crm.evt.{CrmWriteFailed.name}.*.*", 1)
            failed = CrmWriteFailed.model_validate_json(body)
            assert (failed.outcome, failed.contact_id, failed.customer_id) == ("unknown", "c1", cid(1))

            async def settled():
                return await WriteLedger(database).owed(KIND) == []

            await eventually(settled)

        return wait

    async def test_while_the_customer_waits_the_next_process_tells(
        self, start_adapter, settings_store, company, crm_settings, all_writes, ask, isp, cid, cause, command, asked,
        database, dying, told,
    ):  # fmt: skip
        await settings_store.write(company, revision=0)
        await settings_store.write(crm_settings(**all_writes), revision=0)
        await start_adapter()
        await cause("answer_lost", command=command("promise"), times=1)
        with dying(), pytest.raises(Unavailable):
            await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k", contact_id="c1"))
        assert [entry.state for entry in await WriteLedger(database).owed(KIND)] == [WriteState.UNKNOWN]
        await start_adapter()
        await told()
        assert (await asked())[command("promise")] == 1

    @pytest.mark.usefixtures("left_open")
    async def test_while_it_looks_after_what_was_left_open_the_next_process_tells(
        self, start_adapter, database, dying, told
    ):
        with dying():
            await start_adapter()
            await ended(database, "unknown")
        await start_adapter()
        await told()

    @pytest.mark.usefixtures("left_open")
    async def test_it_is_told_when_no_system_is_set_up_any_more(
        self, start_adapter, database, settings_store, dying, told
    ):
        with dying():
            await start_adapter()
            await ended(database, "unknown")
        kept = await settings_store.read(CrmSettings)
        await settings_store.write(CrmSettings(), revision=kept.revision)
        await start_adapter()
        await told()
