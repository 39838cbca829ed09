"""Everybody of a big ISPCube account held in memory: how long, how many requests, how much memory, and a restart."""

import argparse
import asyncio
import json
import os
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
from rich.console import Console

from bench.few_parts import ISP, World, demo_settings, plan_of, running, settings_of
from bench.throughput import RESULTS
from ispbot_contracts.crm import FindCustomers
from ispbot_contracts.settings import CrmSettings, CrmVendor
from ispbot_crm_adapter.adapters.factory import base_of, source_of
from ispbot_crm_adapter.identity import By
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_crm_adapter.store import CrmStore
from ispbot_launcher.state import memory_of
from ispbot_runtime.mongo import connect_database
from ispbot_runtime.settings import CommonSettings
from ispbot_sims.isp.company import AREA_CODE
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.isp.ispcube.shapes import id_of
from ispbot_sims.isp.model import Customer, DemoIsp

ADAPTER = "crm-adapter"
_NAMED = 7
_HELD_LIMIT_S = 600.0
_LOCAL_DIGITS = 7
_ASKED = 50
Truth = dict[By, dict[str, set[str]]]


@dataclass
class Figures:
    """One run; ``wrong`` counts keys of customers whose look-up is not the truth."""

    customers: int
    listed_s: float
    requests: dict[str, int]
    memory_before_mb: float
    memory_after_mb: float
    loaded_s: float
    lookup_p50_us: float
    lookup_p99_us: float
    keys: int
    wrong: int
    asked_wrong: int
    restarted_s: float
    memory_restarted_mb: float
    requests_of_restart: dict[str, int]
    strangers_wrong: int

    @property
    def good(self) -> bool:
        """Tell whether everybody was found and the restart asked nothing."""
        return not (self.wrong or self.asked_wrong or self.strangers_wrong or self.requests_of_restart)


def truth_of(isp: DemoIsp) -> Truth:
    """Return whose each phone, document and number is, without the product's code: every phone there ends in its local digits."""
    truth: Truth = {"phone": {}, "document": {}, "number": {}}
    for customer in isp.customers.values():
        own = str(id_of(customer))
        truth["number"].setdefault(str(customer.customer_id), set()).add(own)
        truth["document"].setdefault(_digits(customer.document), set()).add(own)
        for phone in _phones(customer):
            truth["phone"].setdefault(phone, set()).add(own)
    return truth


def _phones(customer: Customer) -> Iterator[str]:
    for written in f"{customer.phone}/{customer.mobile}".split("/"):
        if digits := _digits(written):
            yield f"{AREA_CODE}{digits[-_LOCAL_DIGITS:]}"


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


class StandIn:
    """The demo provider's and the adapter's side doors."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self._world, self._http = world, http

    async def requests(self) -> dict[str, int]:
        """Return what was asked since the last time."""
        counts: dict[str, int] = (await self._http.get(f"{self._world.isp_url}/_sim/requests")).json()["counts"]
        await self._http.delete(f"{self._world.isp_url}/_sim/requests")
        return counts

    async def held(self, customers: int) -> float:
        """Wait until the adapter holds so many; return how many seconds that took."""
        began = time.monotonic()
        url = f"http://127.0.0.1:{self._world.plan.health_ports[ADAPTER]}/metrics"
        while time.monotonic() - began < _HELD_LIMIT_S:
            try:
                text = (await self._http.get(url)).text
            except httpx.HTTPError:
                text = ""
            assert 'outcome="failed"' not in text, "the listing failed, see the adapter's log"
            if f"\nispbot_crm_index_customers {float(customers)}\n" in text:
                return round(time.monotonic() - began, 1)
            await asyncio.sleep(0.1)
        raise AssertionError(f"{customers} customers are not held after {_HELD_LIMIT_S:.0f} s")

    def memory_mb(self) -> float:
        """Return the adapter's resident memory."""
        return round(memory_of(self._world.pids())[ADAPTER] / 1e6, 1)


async def look_up_all(world: World, source: str, truth: Truth) -> tuple[float, list[float], int]:
    """Load the index in this process and look every key up: seconds to load, microseconds of phones, how many are wrong."""
    config = CommonSettings(nats_url=world.plan.nats_url, mongo_uri=world.plan.mongo_uri)
    client, database = connect_database(config, ADAPTER)
    try:
        index, began = CustomerIndex(CrmStore(database)), time.perf_counter()
        await index.refresh(source)
        loaded_s = round(time.perf_counter() - began, 1)
        took, wrong = [], 0
        for by, keys in truth.items():
            for value, ids in keys.items():
                before = time.perf_counter_ns()
                found = await index.listed(source, by, value)
                if by == "phone":
                    took.append((time.perf_counter_ns() - before) / 1000)
                wrong += set(found) != ids
    finally:
        await client.close()
    return loaded_s, took, wrong


async def wrong_answers(world: World, phones: dict[str, set[str]]) -> int:
    """Ask the adapter over the bus; customers whose contracts all ended are shown, ended ones beside others are not."""
    wrong = 0
    for phone, ids in phones.items():
        found = await world.bus.ask(FindCustomers(by="phone", value=f"549{phone}"), timeout_s=10)
        got = {customer.customer_id for customer in found.customers}
        wrong += not got <= ids or bool(got) != bool(ids)
    return wrong


async def restart(world: World) -> None:
    """Kill the adapter; the supervisor brings it back."""
    watch = next(each for each in world.supervisor.watches if each.part.name == ADAPTER)
    assert watch.child is not None
    before = watch.restarts
    os.kill(watch.child.pid, signal.SIGKILL)
    while watch.restarts == before:
        await asyncio.sleep(0.05)


async def measure(world: World, customers: int, truth: Truth) -> Figures:
    """List everybody, look everybody up, restart."""
    crm = next(one for one in demo_settings(world, CrmVendor.ISPCUBE) if isinstance(one, CrmSettings))
    assert crm.ispcube is not None
    base = base_of(CrmVendor.ISPCUBE, crm.ispcube.url)
    source = source_of(CrmVendor.ISPCUBE, base, crm.ispcube.client_id)
    some = dict(list(truth["phone"].items())[:: max(1, len(truth["phone"]) // _ASKED)])
    strangers: dict[str, set[str]] = {f"{AREA_CODE}58{number:05d}": set() for number in range(_ASKED)}
    async with httpx.AsyncClient(timeout=30) as http:
        sides = StandIn(world, http)
        memory_before = sides.memory_mb()
        await sides.requests()
        await settings_of(world).write(crm, revision=0)
        listed_s = await sides.held(customers)
        requests, memory_after = await sides.requests(), sides.memory_mb()
        loaded_s, took, wrong = await look_up_all(world, source, truth)
        asked_wrong = await wrong_answers(world, some)
        await sides.requests()
        began = time.monotonic()
        await restart(world)
        await sides.held(customers)
        restarted_s, memory_restarted = round(time.monotonic() - began, 1), sides.memory_mb()
        strangers_wrong = await wrong_answers(world, strangers)
        after_restart = await sides.requests()
        asked_wrong += await wrong_answers(world, some)
    centiles = statistics.quantiles(took, n=100)
    return Figures(
        customers, listed_s, requests, memory_before, memory_after, loaded_s, round(centiles[49], 2), round(centiles[98], 2),
        sum(len(keys) for keys in truth.values()), wrong, asked_wrong, restarted_s, memory_restarted, after_restart,
        strangers_wrong,
    )  # fmt: skip


async def run(customers: int, folder: Path) -> Figures:
    """Measure in an instance of bus, database, provider and adapter alone."""
    truth = truth_of(demo_isp(date.today(), generated=customers - _NAMED))  # noqa: DTZ011 - people do not depend on the day
    parts = {"nats", "database", ISP, ADAPTER}
    async with running(plan_of(folder, replicas={}), parts, customers=customers - _NAMED, vendor=None) as world:
        return await measure(world, customers, truth)


def main() -> None:
    """Measure, print, keep, and end with 1 when a customer is missing or wrong, or the restart asked something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(run(args.customers, Path(folder)))
    result = {"at": datetime.now(UTC).isoformat(), "cores": os.cpu_count(), "load": os.getloadavg()[0]} | asdict(
        figures
    )
    Console(width=120).print_json(data=result)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "crm_directory.json").write_text(json.dumps(result, indent=1))
    raise SystemExit(0 if figures.good else 1)


if __name__ == "__main__":
    main()
