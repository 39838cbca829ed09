"""ISPBrain's queue end to end: the adapter as a process of its own that is killed, the vendor's stand-in over HTTP."""

from datetime import timedelta
from functools import partial

import pytest
from notices_world import adapter_process, notice_settings

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import SendingSettings
from ispbot_runtime.testing import eventually

_PATIENCE_S = 60.0
_SENT, _FAILED = 1, 2


@pytest.fixture
def vendor():
    return "ispbrain"


@pytest.fixture
def adapter(config, tmp_path):
    """Return a context in which the adapter runs as a process; it ends with SIGKILL, as a crash does."""
    return partial(adapter_process, config, tmp_path / "adapter.log", ISPBOT_ALTWHA_EVERY_S="0.2")


@pytest.fixture
async def world(settings_store, company, crm_settings, gateway, side):
    """Everything the adapter follows, and one message that waits at the vendor's."""
    for section in (
        company, crm_settings(altwha_account="7"), notice_settings(altwha_max_tries=2), SendingSettings(quiet_hours=False)
    ):  # fmt: skip
        await settings_store.write(section, revision=0)
    assert (await side.post("/altwha", json={"phone": "5493515550001", "message": "Tu factura vence"})).is_success


@pytest.fixture
def vendor_says(side):
    """Return a function that waits until the message has a status at the vendor's."""

    async def wait(status):
        async def there():
            return [row["status"] for row in (await side.get("/altwha")).json()] == [status]

        await eventually(there, timeout_s=_PATIENCE_S)

    return wait


@pytest.fixture
def holds(process_database):
    """Return a function that waits until the one notice is in a state."""

    async def wait(state):
        async def there():
            return await process_database["notices"].count_documents({"state": state}) == 1

        await eventually(there, timeout_s=_PATIENCE_S)

    return wait


async def time_passes(process_database) -> None:
    """The dead one's lease runs out, and what was put off is due."""
    before = utc_now() - timedelta(seconds=1)
    await process_database["notice_leases"].update_many({}, {"$set": {"until": before}})
    await process_database["notices"].update_many({"ack_at": {"$exists": True}}, {"$set": {"ack_at": before}})
    await process_database["notices"].update_many({"due_at": {"$exists": True}}, {"$set": {"due_at": before}})


@pytest.mark.usefixtures("world")
async def test_a_kill_between_sending_and_acknowledging_sends_once_and_acknowledges_in_the_end(
    adapter, gateway, process_database, holds, vendor_says, cause, heal
):
    gateway.silent = True
    with adapter():
        await eventually(lambda: bool(gateway.asked), timeout_s=_PATIENCE_S)
        await cause("reset", command="altwha_messages")
        await gateway.bus.publish(gateway.settled(gateway.asked[0], "sent"))
        await holds("sent")
    await heal()
    gateway.silent = False
    await vendor_says(0)
    await time_passes(process_database)
    with adapter():
        await vendor_says(_SENT)
        await eventually(lambda: process_database["notices"].count_documents({"acked_at": {"$exists": True}}))
    assert len(gateway.asked) == 1
    assert await process_database["notices"].count_documents({}) == 1


@pytest.mark.usefixtures("world")
async def test_what_keeps_failing_is_tried_as_often_as_allowed_and_given_back_as_failed(
    adapter, gateway, process_database, holds, vendor_says
):
    gateway.verdict, gateway.reason = "failed", "rejected"
    with adapter():
        await eventually(lambda: len(gateway.asked) == 1, timeout_s=_PATIENCE_S)
        await holds("waiting")
    await time_passes(process_database)
    with adapter():
        await vendor_says(_FAILED)
    assert len({command.notice_id for command in gateway.asked}) == 2
    assert (await process_database["notices"].find_one())["state"] == "failed"
