"""Counting what ISPCube charges for."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.crm import FindCustomers, GetAccount
from ispbot_contracts.crm_writes import GetRequestMeter
from ispbot_crm_adapter import metering
from ispbot_crm_adapter.meter import Meter, MeterStore, level_of, period_of
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually


@pytest.fixture
def vendor() -> str:
    return "ispcube"


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 27), date(2026, 2, 28), date(2026, 3, 27)),
        (date(2026, 3, 28), date(2026, 3, 28), date(2026, 4, 27)),
        (date(2026, 1, 1), date(2025, 12, 28), date(2026, 1, 27)),
        (date(2026, 12, 31), date(2026, 12, 28), date(2027, 1, 27)),
    ],
)
def test_a_period_is_cut_on_the_28th(day, first, last):
    assert period_of(day) == (first, last)


@pytest.mark.parametrize(
    ("used", "allowance", "level"),
    [(79, 100, "ok"), (80, 100, "warning"), (99, 100, "warning"), (100, 100, "over"), (5000, None, "ok")],
)
def test_the_alarm_rises_at_80_and_100_percent(used, allowance, level):
    assert level_of(used, allowance) == level


async def test_the_counts_of_all_replicas_are_added_up_and_survive_a_restart(database):
    store, tz = MeterStore(database), ZoneInfo("America/Argentina/Cordoba")
    first, second = Meter("s", tz), Meter("s", tz)
    first.count("customer")
    second.count("customer")
    second.count("login")
    await store.sync(first)
    await store.sync(second)
    again = Meter("s", tz)
    await store.sync(again)
    assert again.days()[again.today()] == Counter(customer=2, login=1)
    assert (again.used, Meter("other", tz).used) == (3, 0)


@pytest.mark.usefixtures("configured")
async def test_the_meter_tells_requests_and_the_allowance_of_the_connections(
    start_adapter, ask, isp, cid, asked, whole_directory, monkeypatch
):
    monkeypatch.setattr(metering, "_ASK_AGAIN_S", 0.2)
    await start_adapter()
    await whole_directory()
    await ask(GetAccount(customer_id=cid(1)))
    served = sum(len(one.services) for one in isp.isp.customers.values() if one.standing.value != "cancelled")

    async def known():
        return (await ask(GetRequestMeter())).allowance == int(served * 2.5)

    await eventually(known)
    meter = await ask(GetRequestMeter())
    counts = await asked()
    assert meter.metered
    assert meter.used == sum(counts.values()) == sum(day.requests for day in meter.by_day)
    assert meter.by_operation["customers/customers_list"] == counts["customers/customers_list"]
    assert meter.level == "ok"


async def test_past_the_allowance_it_is_told_and_the_settings_decide_who_still_asks(
    start_adapter, ask, settings_store, company, crm_settings, cid, asked
):
    await settings_store.write(company, revision=0)
    stopping = crm_settings(monthly_allowance=1, stop_at_allowance=True)
    revision = await settings_store.write(stopping, revision=0)
    service = await start_adapter()

    async def over():
        return (await ask(GetRequestMeter())).level == "over"

    await eventually(over)
    assert "over" in service.health.limits["crm_requests"]()
    with pytest.raises(Refusal) as caught:
        await ask(GetAccount(customer_id=cid(1)))
    assert caught.value.details["reason"] == "allowance_used"
    assert not {"customer", "bills/bills_last_six_months"} & set(await asked())
    await settings_store.write(crm_settings(monthly_allowance=1), revision=revision)

    async def asks_again():
        try:
            return (await ask(GetAccount(customer_id=cid(1)))).account.name == "Nélida Correa"
        except Refusal:
            return False

    await eventually(asks_again)
    assert (await ask(FindCustomers(by="number", value="1"))).customers
