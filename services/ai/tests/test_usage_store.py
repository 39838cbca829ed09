"""Every analysis is in the ledger and in the day's counters exactly once, whatever happens in between."""

import asyncio
from typing import Any

import pytest

from ispbot_ai.store import UsageStore
from ispbot_contracts.base import utc_now

FACTS: dict[str, Any] = {"provider": "local", "ticket_id": "t1"}


@pytest.fixture
async def store(database):
    store = UsageStore(database)
    await store.prepare()
    return store


async def record(store: UsageStore, usage_id: str, day: str) -> None:
    await store.record(usage_id, kind="summary", day=day, at=utc_now(), facts=FACTS)


async def test_a_redelivery_writes_the_ledger_entry_that_a_crash_after_counting_prevented(store, database):
    await record(store, "u1", "2026-11-23")
    await database["ai_usage"].delete_one({"_id": "u1"})  # as a crash between the two writes leaves it
    await record(store, "u1", "2026-11-23")
    assert await database["ai_usage"].count_documents({"_id": "u1"}) == 1
    assert (await store.usage(["2026-11-23"])).total == 1


async def test_a_redelivery_counts_what_a_crash_after_the_ledger_prevented(store, database):
    await record(store, "u1", "2026-11-23")
    await database["ai_usage_daily"].delete_one({"_id": "2026-11-23"})
    await record(store, "u1", "2026-11-23")
    assert await database["ai_usage"].count_documents({}) == 1
    assert (await store.usage(["2026-11-23"])).total == 1


async def test_the_first_analyses_of_a_day_at_the_same_moment_are_all_counted(store):
    days = [f"2026-10-{day:02}" for day in range(1, 31)]
    await asyncio.gather(*(record(store, f"{day}-{number}", day) for day in days for number in range(4)))
    assert (await store.usage(days)).by_day == [4] * len(days)


async def test_the_same_analysis_twice_at_the_same_moment_is_counted_once(store, database):
    days = [f"2026-10-{day:02}" for day in range(1, 11)]
    await asyncio.gather(*(record(store, f"{day}-a", day) for day in days for _ in range(2)))
    assert (await store.usage(days)).by_day == [1] * len(days)
    assert await database["ai_usage"].count_documents({}) == len(days)
