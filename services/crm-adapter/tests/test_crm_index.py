"""Customers held in memory: what a restart, a second replica, another system and a broken listing do to them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.responses import Response

from ispbot_crm_adapter.directory import refresh_directory
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_crm_adapter.store import CrmStore
from ispbot_sims.isp.ispcube import read

EVERY = timedelta(hours=6)


@pytest.fixture
def vendor() -> str:
    return "ispcube"


@pytest.fixture
async def listed_once(opened, store):
    """List everybody into the database, as the adapter does, and return how many there are."""
    assert await store.claim_sync(opened.source)
    return await refresh_directory(opened, store, EVERY)


async def test_the_index_knows_what_the_database_knows(opened, store, listed_once):
    index = CustomerIndex(store)
    await index.refresh(opened.source)
    assert index.held is not None
    assert index.held.customers == listed_once
    async for entry in store.everybody(opened.source):
        keys = [("number", entry.number), *(("phone", each) for each in entry.phones)]
        for by, value in [*keys, *(("document", each) for each in entry.documents)]:
            assert await index.listed(opened.source, by, value) == await store.listed(opened.source, by, value) != []


async def test_a_restart_asks_the_system_nothing_and_then_needs_no_database(opened, database, asked, listed_once):
    await asked()
    store = CrmStore(database)
    index = CustomerIndex(store)
    assert not await store.claim_sync(opened.source)
    await index.refresh(opened.source)
    entry = await anext(store.everybody(opened.source))
    as_of = await store.directory_as_of(opened.source)
    await database["directory"].drop()
    await database["directory_runs"].drop()
    assert await index.listed(opened.source, "number", entry.number) == [entry.customer_id]
    assert await index.as_of(opened.source) == as_of is not None
    assert await asked() == {}


async def test_the_database_answers_until_the_index_is_there(opened, store, listed_once):
    index = CustomerIndex(store)
    entry = await anext(store.everybody(opened.source))
    assert await index.listed(opened.source, "number", entry.number) == [entry.customer_id]
    assert await index.as_of(opened.source) is not None
    assert index.held is None


async def test_a_second_replica_holds_what_the_first_listed_anew(opened, store, listed_once):
    second = CustomerIndex(store)
    await second.refresh(opened.source)
    entry = await anext(store.everybody(opened.source))
    await store.list_customers(opened.source, "later", [replace(entry, number="987654")])
    await second.refresh(opened.source)
    assert await second.listed(opened.source, "number", "987654") == [], "a listing under way is not whole"
    await store.finish_sync(opened.source, "later", 1, EVERY)
    await second.refresh(opened.source)
    assert await second.listed(opened.source, "number", "987654") == [entry.customer_id]
    assert await second.listed(opened.source, "number", entry.number) == []
    assert second.held is not None
    assert second.held.customers == listed_once, "who is missing once may have slipped between two pages"
    await store.list_customers(opened.source, "later still", [replace(entry, number="987654")])
    await store.finish_sync(opened.source, "later still", 1, EVERY)
    await second.refresh(opened.source)
    assert second.held.customers == 1


async def test_another_system_never_shows_the_old_ones_customers(opened, store, listed_once):
    index = CustomerIndex(store)
    await index.refresh(opened.source)
    entry = await anext(store.everybody(opened.source))
    other = f"{opened.source}0"
    assert await index.listed(other, "number", entry.number) == []
    await index.refresh(other)
    assert index.held is None
    assert await index.listed(other, "number", entry.number) == []
    assert await index.as_of(other) is None


async def test_more_customers_than_memory_is_meant_for_stay_in_the_database(opened, store, listed_once):
    index = CustomerIndex(store, most=listed_once - 1)
    await index.refresh(opened.source)
    assert index.held is None
    entry = await anext(store.everybody(opened.source))
    assert await index.listed(opened.source, "number", entry.number) == [entry.customer_id]


@pytest.mark.parametrize("kind", ["repeats", "fails", "short"])
async def test_a_fourth_page_of_five_that_breaks_shrinks_nothing(opened, store, isp, monkeypatch, listed_once, kind):
    index = CustomerIndex(store)
    await index.refresh(opened.source)
    size = -(-len(isp.isp.customers) // 5)
    honest, limit = read.customers_list, min(size, read.MOST_PER_PAGE)
    pages = []

    def broken(call):
        pages.append(call.params)
        offset = int(call.params["offset"])
        monkeypatch.setattr(read, "MOST_PER_PAGE", limit // 2 if kind == "short" and offset == 3 * limit else limit)
        if offset == 3 * limit and kind == "fails":
            return Response("<html>Bad gateway</html>", status_code=500)
        if offset == 3 * limit and kind == "repeats":
            call.params["offset"] = str(2 * limit)
        return honest(call)

    monkeypatch.setitem(read.CALLS, "customers/customers_list", broken)
    assert await refresh_directory(opened, store, EVERY) == (listed_once if kind == "short" else None)
    assert len(pages) >= 4
    await index.refresh(opened.source)
    assert index.held is not None
    assert index.held.customers == listed_once
    assert await store.database["directory"].count_documents({}) == listed_once
