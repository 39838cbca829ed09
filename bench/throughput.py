"""Messages a second that the router alone sustains, beside the raw ceiling of the same stream operations in the same run."""

import argparse
import asyncio
import json
import os
import pstats
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from bench.few_parts import World, plan_of, running
from bench.raw_exchange import KINDS, ceiling, flood, stored_messages, time_outputs
from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_launcher.replicas import names_of
from ispbot_runtime.bus import Bus
from ispbot_sims.isp.contacts import demo_contacts
from ispbot_sims.isp.generate import demo_isp

RESULTS = Path(__file__).parents[1] / ".data" / "bench"
CACHED = ("menú", "1", "0")
"""Answered from the conversation: who it is is known."""
ASKING = ("menú", "saldo")
"""Every second message asks the management system, as far as its adapter does not remember."""
_TOP = 25


@dataclass(frozen=True)
class Step:
    """One measurement."""

    replicas: int
    crm: str
    per_s: float
    cpu_s_per_1000: dict[str, float] = field(default_factory=dict)
    """CPU seconds of each part per thousand messages."""


class Feed:
    """Puts messages of known contacts on the WA stream, as the gateway would."""

    def __init__(self, bus: Bus, contacts: int) -> None:
        self.bus = bus
        phones = [each.phone for each in demo_contacts(demo_isp(date.today()))]  # noqa: DTZ011 - the provider's calendar
        self._phones = phones
        self._turn = 0
        self._places = list(range(contacts))

    def spread(self, contacts: int, messages: int) -> None:
        """Let the next messages come from contacts all over the first ``contacts``, three words of each."""
        writers = max(1, min(contacts, messages // len(CACHED)))
        self._places = [number * contacts // writers for number in range(writers)]

    async def put(self, words: tuple[str, ...], count: int) -> tuple[int, asyncio.Task[float]]:
        """Publish ``count`` messages, each contact in turn; return how many messages the stream will hold unanswered.

        The second value is the running measurement of the answers.
        """
        messages = list(self._messages(words, count))
        before = await stored_messages(self.bus.js, "WA") + count
        timing = asyncio.create_task(time_outputs(self.bus.js, "WA", before, count))
        await flood(
            self.bus.js,
            [message.subject for message in messages],
            [message.model_dump_json().encode() for message in messages],
            [message.id for message in messages],
        )
        return before, timing

    def _messages(self, words: tuple[str, ...], count: int) -> Iterator[MessageReceived]:
        for _ in range(count):
            place = self._places[self._turn % len(self._places)]
            phone = self._phones[place % len(self._phones)]
            word = words[(self._turn // len(self._places)) % len(words)]
            wa_id = f"BENCH{self._turn:08d}"
            self._turn += 1
            yield MessageReceived.start(
                derive_id("bench", wa_id), contact_id=f"bench{place:07d}", chat_kind="direct",
                chat=f"{phone}@s.whatsapp.net", wa_id=wa_id, from_me=False, phone=phone,
                push_name=None, sent_at=utc_now(), content=TextContent(text=word),
            )  # fmt: skip


async def measure(world: World, feed: Feed, replicas: int, crm: str, count: int) -> Step:
    """Measure one load on running routers."""
    words = CACHED if crm == "cached" else ASKING
    if crm != "cached":
        await set_latency(world.isp_url, float(crm.partition(" ")[0]) / 1000)
    before = cpu_seconds(world)
    _, timing = await feed.put(words, count)
    per_s = await timing
    after = cpu_seconds(world)
    spent = {name: round((after[name] - before[name]) * 1000 / count, 3) for name in after if name in before}
    return Step(replicas, crm, per_s, spent)


async def set_latency(isp_url: str, seconds: float) -> None:
    """Let every answer of the demo provider take ``seconds`` longer."""
    async with httpx.AsyncClient(base_url=isp_url, timeout=15, trust_env=False) as http:
        (await http.delete("/_sim/faults")).raise_for_status()
        fault = {"kind": "latency", "latency_s": seconds}
        (await http.post("/_sim/faults", json=fault)).raise_for_status()


def cpu_seconds(world: World) -> dict[str, float]:
    """Return the CPU time that each part has used so far."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in world.pids().items()}
    return {name: each.user + each.system for name, each in times.items()}


async def with_replicas(args: argparse.Namespace, folder: Path, replicas: int, profile: Path | None) -> list[Step]:
    """Measure every load with some router replicas, each on a fresh instance."""
    os.environ["ISPBOT_CRM_FRESH_S"] = "0"  # what the load before asked is no answer to this one
    prefix = folder.name.replace("-", "_")  # on one server, another deployment's contacts have said all this before
    plan = plan_of(folder, replicas={"router": replicas}, mongo_uri=args.mongo_uri, mongo_prefix=prefix)
    names = {"nats", "database", "demo-isp", "crm-adapter", *names_of("router", plan.replicas)}
    async with running(plan, names, profile={"router": profile} if profile else None) as world:
        feed = Feed(world.bus, args.contacts)
        _, first = await feed.put(("hola",), args.contacts)
        print(f"  first contact of {args.contacts} with {replicas} replicas: {await first}/s", flush=True)
        loads = ["cached"] if profile else args.crm.split(",")
        return [await measure(world, feed, replicas, load, args.messages) for load in loads]


async def ceilings(args: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Return the raw exchanges per second of each kind, on the same servers with nothing else running."""
    plan = plan_of(folder, replicas={}, mongo_uri=args.mongo_uri)
    async with running(plan, {"nats", "database"}) as world:
        found = {}
        for kind in KINDS:
            found[kind] = await ceiling(
                world.plan.nats_url, plan.mongo_uri, kind, messages=args.messages, contacts=args.contacts
            )
        return found


def print_profile(file: Path) -> list[str]:
    """Print and return where the router's own time goes: the functions with most time of their own."""
    stats = pstats.Stats(str(file))
    total = stats.total_tt  # type: ignore[attr-defined]  # not in the type stubs
    rows = sorted(stats.stats.items(), key=lambda each: each[1][2], reverse=True)[:_TOP]  # type: ignore[attr-defined]
    lines = []
    for (path, line, name), (_, calls, own, cumulative, _) in rows:
        where = f"{Path(path).parent.name}/{Path(path).name}:{line}" if line else "built in"
        lines.append(
            f"{100 * own / total:5.1f} % own {100 * cumulative / total:5.1f} % in all {calls:8d} x {name} ({where})"
        )
    print("\n".join(["the router under cProfile (its own overhead included):", *lines]))
    return lines


def report(raw: dict[str, float], steps: list[Step], profile: list[str], seconds: float) -> None:
    """Print the table and keep the figures."""
    table = Table("replicas", "CRM", "messages/s", *(f"of raw {kind}" for kind in KINDS), "CPU s per 1000")
    for step in steps:
        ratios = [f"{step.per_s / raw[kind]:.2f}" for kind in KINDS]
        cpu = ", ".join(f"{name} {value:g}" for name, value in step.cpu_s_per_1000.items())
        table.add_row(str(step.replicas), step.crm, f"{step.per_s:g}", *ratios, cpu)
    console = Console(width=170)
    console.print(table)
    console.print(f"raw exchanges/s of one relay process: {raw}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(), "cores": os.cpu_count(), "load": os.getloadavg()[0], "seconds": round(seconds),
        "raw_per_s": raw, "steps": [asdict(step) for step in steps], "profile": profile,
    }  # fmt: skip
    (RESULTS / "throughput.json").write_text(json.dumps(result, indent=1))


async def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicas", default="1,2,4")
    parser.add_argument("--crm", default="cached,5 ms,300 ms", help="'cached', or the provider's answer time as 'N ms'")
    parser.add_argument("--messages", type=int, default=6000, help="of each measurement")
    parser.add_argument("--contacts", type=int, default=2000)
    parser.add_argument("--mongo-uri", help="a MongoDB-protocol server in place of the embedded one")
    parser.add_argument("--no-profile", action="store_true")
    args = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        raw = await ceilings(args, folder / "raw")
        print(f"  raw: {raw}", flush=True)
        steps: list[Step] = []
        for replicas in map(int, args.replicas.split(",")):
            steps += await with_replicas(args, folder / f"routers-{replicas}", replicas, None)
            print(f"  {steps[-1]}", flush=True)
        profile: list[str] = []
        if not args.no_profile:
            file = folder / "router.prof"
            await with_replicas(args, folder / "profiled", 1, file)
            profile = print_profile(file)
    report(raw, steps, profile, time.monotonic() - began)


if __name__ == "__main__":
    asyncio.run(main())
