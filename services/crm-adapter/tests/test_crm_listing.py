"""A listing that goes wrong or moves while it is read loses nobody: all three systems."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from ispbot_contracts.crm import GetCrmStatus
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.directory import refresh_directory
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.testing import eventually
from ispbot_sims.isp.ispcube import read as cube
from ispbot_sims.isp.mikrowisp import read as mikrowisp
from ispbot_sims.isp.testing import RunningIsp

EVERY = timedelta(hours=6)
PAGE = 10


class WatchedStore(CrmStore):
    """The real store; ``between`` is called after the second page: that is when something happens to the list."""

    between: Callable[[], None] | None = None
    pages = 0

    async def list_customers(self, source, run, entries):
        await super().list_customers(source, run, entries)
        self.pages += 1
        if self.pages == 2 and self.between is not None:
            self.between()


class Listing:
    """A directory that was whole once."""

    def __init__(self, opened, store, isp: RunningIsp, cid) -> None:
        self.opened, self.store, self.isp, self.cid = opened, store, isp.isp, cid
        self.index = CustomerIndex(store)

    async def take(self, between: Callable[[], None] | None = None) -> int | None:
        """List everybody; ``between`` happens after the second page."""
        self.store.pages, self.store.between = 0, between
        listed = await refresh_directory(self.opened, self.store, EVERY)
        await self.index.refresh(self.opened.source)
        return listed

    async def unknown(self, numbers) -> list[int]:
        """Return which customer numbers nobody would be recognised by."""
        source = self.opened.source
        return [number for number in numbers if await self.index.listed(source, "number", str(number)) == []]


@pytest.fixture
async def listing(crm_settings, company, limits, vendor, database, isp, cid, monkeypatch):
    """Everybody is listed, ten a page."""
    monkeypatch.setattr(cube, "MOST_PER_PAGE", PAGE)
    monkeypatch.setattr(mikrowisp, "MOST_PER_PAGE", PAGE)
    settings = crm_settings()
    if vendor == "ispbrain":
        pages = settings.ispbrain.pages.model_copy(update={"size": PAGE})
        settings = crm_settings(pages=pages)
    opened = open_client(settings, Locale.of(company), limits)
    store = WatchedStore(database)
    await store.prepare()
    made = Listing(opened, store, isp, cid)
    assert await store.claim_sync(opened.source)
    assert await made.take() == len(isp.isp.customers)
    assert await made.unknown(isp.isp.customers) == []
    yield made
    await opened.client.aclose()


async def test_a_server_that_gives_fewer_than_asked_for_is_asked_to_the_end(listing):
    assert listing.store.pages >= len(listing.isp.customers) // PAGE


@pytest.mark.parametrize("left", [0, 12], ids=["empty", "much shorter"])
async def test_a_list_that_ends_midway_changes_nothing(listing, left):
    everybody = dict(listing.isp.customers)
    as_of = await listing.index.as_of(listing.opened.source)

    def cut():
        for number in list(everybody)[left:]:
            del listing.isp.customers[number]

    assert await listing.take(cut) is None
    listing.isp.customers.update(everybody)
    assert await listing.unknown(everybody) == []
    assert await listing.index.as_of(listing.opened.source) == as_of
    assert await listing.take() == len(everybody)
    assert listing.index.doubt(listing.opened.source) is None
    assert await listing.unknown(everybody) == []


async def test_a_second_listing_that_says_the_same_is_believed(listing):
    numbers = sorted(listing.isp.customers)
    gone = numbers[: len(numbers) // 2]
    for number in gone:
        del listing.isp.customers[number]
    left = len(listing.isp.customers)
    assert await listing.take() is None
    assert listing.index.doubt(listing.opened.source) == (left, len(numbers))
    assert await listing.unknown(numbers) == []
    assert await listing.take() == left
    assert listing.index.doubt(listing.opened.source) is None
    assert await listing.unknown(numbers) == gone


async def test_a_second_listing_that_says_something_else_is_doubted_too(listing):
    numbers = sorted(listing.isp.customers)
    for share in (2, 4):
        for number in numbers[: len(numbers) - len(numbers) // share]:
            listing.isp.customers.pop(number, None)
        assert await listing.take() is None
    assert await listing.unknown(numbers) == []


async def test_customers_that_leave_and_come_while_pages_are_read_cost_nobody_their_place(listing):
    numbers = sorted(listing.isp.customers)
    first, last = numbers[0], numbers[-1]
    newcomer = max(numbers) + 1

    def move():
        leaving = listing.isp.customers.pop(first)
        listing.isp.customers.pop(last)
        leaving.customer_id = newcomer
        listing.isp.customers[newcomer] = leaving

    assert await listing.take(move) is not None
    assert await listing.unknown(numbers) == []
    assert await listing.take() is not None
    assert await listing.take() is not None
    assert await listing.unknown([*numbers, newcomer]) == [first, last]


@pytest.mark.parametrize("vendor", ["mikrowisp", "ispbrain"])
async def test_pages_in_another_order_lose_nobody(listing):
    """ISPCube orders its list itself; a page that comes twice there is an error (test_crm_index)."""
    everybody = dict(listing.isp.customers)
    for seed in range(3):

        def shuffle(seed=seed):
            numbers = list(everybody)
            Random(seed).shuffle(numbers)
            listing.isp.customers.clear()
            listing.isp.customers.update({number: everybody[number] for number in numbers})

        await listing.take(shuffle)
        assert await listing.unknown(everybody) == []


@pytest.mark.usefixtures("configured")
async def test_a_doubted_listing_is_said_in_the_status_and_in_the_health(start_adapter, ask, database, whole_directory):
    service = await start_adapter()
    await whole_directory()
    assert (await ask(GetCrmStatus())).reason is None
    await database["directory_runs"].update_one({}, {"$set": {"doubted": 3}})

    async def said():
        return (await ask(GetCrmStatus())).reason is not None

    await eventually(said)
    status = await ask(GetCrmStatus())
    assert status.healthy
    assert status.reason.startswith("La última lista de clientes vino incompleta (3 de ")
    assert service.health.limits["crm_directory"]().startswith("doubted: 3 customers listed")
