"""What does not work now: heard from every process, told live, in words about customers."""

import asyncio

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.health import ServiceHealth
from ispbot_panel_api.health.watch import HealthWatch
from ispbot_runtime.testing import eventually


def said(service: str = "router", instance: str = "r1", **changes) -> ServiceHealth:
    now = utc_now()
    fields = {"ready": True, "problems": {}, "degraded": {}, "sent_at": now, "started_at": now}
    return ServiceHealth(service=service, instance=instance, **fields | changes)


@pytest.fixture
async def watch():
    return HealthWatch(expected=("router",), silent_after_s=0.2)


async def test_a_problem_says_what_customers_notice_and_goes_away(watch):
    await watch.heard(said(ready=False, problems={"database": "no reply"}))
    [alert] = watch.view().alerts
    assert (alert.level, alert.part) == ("bad", "Bot")
    assert "base de datos" in alert.what
    assert "no contesta" in alert.customers
    await watch.heard(said())
    assert watch.view().alerts == []


async def test_silence_is_noticed_and_a_replaced_process_is_only_a_hint(watch):
    await watch.heard(said())
    assert watch.view().alerts == []
    await asyncio.wait_for(_until_alert(watch), 5)
    assert [(one.id, one.level) for one in watch.view().alerts] == [("router:silent", "bad")]
    await watch.heard(said(instance="r2"))
    [alert] = watch.view().alerts
    assert (alert.level, "copias" in alert.what) == ("warn", True)


async def test_a_service_that_was_never_heard_does_not_answer(watch):
    await asyncio.wait_for(_until_alert(watch), 5)
    assert [one.id for one in watch.view().alerts] == ["router:silent"]


async def test_an_orderly_end_is_no_silence():
    watch = HealthWatch(expected=(), silent_after_s=0.05)
    await watch.heard(said())
    await watch.heard(said(leaving=True))
    await eventually(lambda: watch._now() - watch._started > 0.1)
    watch.look()
    assert watch.view().alerts == []


async def _until_alert(watch: HealthWatch) -> None:
    def seen() -> bool:
        watch.look()
        return bool(watch.view().alerts)

    await eventually(seen)


async def test_supervisors_are_told_live_and_operators_are_not(panel, bus):
    _, supervisor = await panel.enrol("supervisor")
    _, operator = await panel.enrol("operator")
    async with panel.live(supervisor) as live, panel.live(operator) as quiet:
        await live.until("health")
        await bus.hint(said("crm-adapter", "c1", degraded={"crm": "denied"}))
        shown = (await live.until("health"))["data"]["alerts"]
        assert [(one["id"], one["level"]) for one in shown] == [("crm-adapter:crm", "warn")]
        assert "Probar Conexión" in shown[0]["todo"]
        await quiet.socket.send('{"type":"ping"}')
        kinds = []
        while "pong" not in kinds:
            kinds.append((await quiet.next(skip=()))["type"])
        assert "health" not in kinds
    async with panel.client(supervisor) as browser:
        assert [one["id"] for one in (await browser.get("/api/health")).json()["alerts"]] == ["crm-adapter:crm"]
