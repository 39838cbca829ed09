"""Does a company with many contacts get slower? The same load on router and archive at more and more contacts with history."""

import argparse
import asyncio
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.chaos_ledger import backlog
from bench.few_parts import World, plan_of, running
from bench.growth_history import preload
from bench.throughput import CACHED, RESULTS, Feed
from ispbot_launcher.state import memory_of

PARTS = {"nats", "database", "demo-isp", "crm-adapter", "router", "tickets"}
_DRAIN_LIMIT_S = 900.0
_TOLERATED = 0.9


@dataclass(frozen=True)
class Stage:
    """The load at one number of contacts."""

    contacts: int
    preload_s: float
    answers_per_s: float
    archived_per_s: float
    """Messages until the archive had the last one too."""
    memory_mb: dict[str, int]


async def stage(world: World, feed: Feed, contacts: int, messages: int, preload_s: float) -> Stage:
    """Measure the load, spread over all contacts there are."""
    feed.spread(contacts, messages)
    began = time.perf_counter()
    _, timing = await feed.put(CACHED, messages)
    answers = await timing
    while await backlog(world.bus):
        assert time.perf_counter() - began < _DRAIN_LIMIT_S, f"the archive is not done after {_DRAIN_LIMIT_S:.0f} s"
        await asyncio.sleep(0.2)
    archived = round(messages / (time.perf_counter() - began), 1)
    memory = {name: round(size / 1e6) for name, size in memory_of(world.pids()).items()}
    return Stage(contacts, round(preload_s, 1), answers, archived, memory)


async def run(args: argparse.Namespace, folder: Path) -> list[Stage]:
    """Grow step by step in one deployment."""
    plan = plan_of(folder, replicas={}, mongo_uri=args.mongo_uri)
    stages: list[Stage] = []
    async with running(plan, PARTS) as world:
        feed, there = Feed(world.bus, 1), 0
        for contacts in map(int, args.contacts.split(",")):
            began = time.perf_counter()
            await preload(plan.mongo_uri, there, contacts, args.lines)
            took, there = time.perf_counter() - began, contacts
            await stage(world, feed, contacts, args.messages // 4, took)  # warm
            stages.append(await stage(world, feed, contacts, args.messages, took))
            print(f"  {stages[-1]}", flush=True)
    return stages


def report(stages: list[Stage], lines: int) -> None:
    """Print and keep the stages, and say whether the first one's throughput was kept."""
    parts = list(stages[0].memory_mb)
    table = Table(
        "contacts",
        "lines",
        "preload s",
        "answers/s",
        "of first",
        "archived/s",
        "of first",
        *(f"{each} MB" for each in parts),
    )
    first = stages[0]
    for each in stages:
        table.add_row(
            str(each.contacts), str(each.contacts * lines), f"{each.preload_s:g}",
            f"{each.answers_per_s:g}", f"{each.answers_per_s / first.answers_per_s:.2f}",
            f"{each.archived_per_s:g}", f"{each.archived_per_s / first.archived_per_s:.2f}",
            *(str(each.memory_mb.get(part, "")) for part in parts),
        )  # fmt: skip
    console = Console(width=170)
    console.print(table)
    kept = all(each.answers_per_s >= _TOLERATED * first.answers_per_s for each in stages)
    console.print(
        "throughput kept within 10 %" if kept else "throughput fell by more than 10 % (or the machine was busy)"
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(), "cores": os.cpu_count(), "load": os.getloadavg()[0], "lines_per_contact": lines,
        "kept": kept, "stages": [asdict(each) for each in stages],
    }  # fmt: skip
    (RESULTS / "growth.json").write_text(json.dumps(result, indent=1))


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", default="1000,10000,100000", help="growing")
    parser.add_argument("--lines", type=int, default=10, help="of each contact's history")
    parser.add_argument("--messages", type=int, default=3000, help="of each measurement")
    parser.add_argument("--mongo-uri", help="a MongoDB-protocol server in place of the embedded one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(asyncio.run(run(args, Path(folder))), args.lines)


if __name__ == "__main__":
    main()
