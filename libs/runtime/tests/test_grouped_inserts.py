"""Inserts that share a write keep each its own outcome."""

import asyncio

import pytest
from pymongo import ASCENDING, AsyncMongoClient
from pymongo.errors import PyMongoError

from ispbot_runtime.inserts import GroupedInserts
from ispbot_runtime.testing import free_port


async def test_each_of_many_at_once_learns_whether_it_was_stored(database):
    await database["things"].create_index([("key", ASCENDING)], unique=True, sparse=True)
    inserts = GroupedInserts(database["things"])
    await inserts.insert({"_id": 0, "key": "a"})
    outcomes = await asyncio.gather(*(inserts.insert({"_id": n}) for n in (0, 1, 2, 2, *range(3, 150))))
    assert (outcomes[0], sorted(outcomes[2:4]), all(outcomes[4:]), outcomes[1]) == (False, [False, True], True, True)
    assert not await inserts.insert({"_id": 999, "key": "a"})
    assert await database["things"].count_documents({}) == 150


async def test_a_database_that_is_away_is_told_to_everybody_who_waits():
    client = AsyncMongoClient(f"mongodb://127.0.0.1:{free_port()}", serverSelectionTimeoutMS=100)
    inserts = GroupedInserts(client["away"]["things"])
    outcomes = await asyncio.gather(*(inserts.insert({"_id": n}) for n in range(3)), return_exceptions=True)
    await client.close()
    assert all(isinstance(outcome, PyMongoError) for outcome in outcomes)


@pytest.mark.parametrize("number", [1, 64, 65])
async def test_one_who_stops_waiting_does_not_disturb_the_others(database, number):
    inserts = GroupedInserts(database["things"])
    waiting = [asyncio.create_task(inserts.insert({"_id": n})) for n in range(number + 1)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == [True] * number
