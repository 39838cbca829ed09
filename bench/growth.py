"""Does a company with many contacts get slower? The same load on router and archive, at more and more contacts with history.

Two deployments stand side by side: one keeps the first number of contacts, the other grows. They take turns under the load,
a few seconds each, so that a machine that is slower for a while is so for both; what counts is the ratio of each pair.
The first stage compares two of the same size: how far it is from 1 is the noise of the machine.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.chaos_ledger import backlog
from bench.few_parts import World, plan_of, running
from bench.growth_history import preload
from bench.throughput import CACHED, RESULTS, Feed, cpu_seconds
from ispbot_launcher.parts import Plan
from ispbot_launcher.state import memory_of

PARTS = {"nats", "database", "demo-isp", "crm-adapter", "router", "tickets"}
_DRAIN_LIMIT_S = 900.0
_TOLERATED = 0.9
_UNDER_LOAD = ("router", "tickets")


@dataclass
class Deployment:
    """A running instance and what it holds."""

    plan: Plan
    world: World
    feed: Feed
    contacts: int = 0

    async def grow(self, contacts: int, lines: int) -> float:
        """Write contacts with a past until there are so many; return the seconds it took."""
        began = time.perf_counter()
        await preload(self.plan.mongo_uri, self.contacts, contacts, lines)
        self.contacts = contacts
        return time.perf_counter() - began


@dataclass(frozen=True)
class Turn:
    """One deployment's few seconds under the load."""

    answers_per_s: float
    archived_per_s: float
    """Messages until the archive had the last one too."""
    cpu_ms: float
    """Of router and archive together, for one message and its answer."""


@dataclass(frozen=True)
class Stage:
    """The grown deployment at one size, as ratios to the one that did not grow."""

    contacts: int
    preload_s: float
    answers_per_s: float
    answers: float
    archived: float
    cpu: float
    spread: tuple[float, float]
    """The lowest and the highest ratio of answers of a pair of turns."""
    memory_mb: dict[str, int]
    small_memory_mb: dict[str, int]
    """Of the deployment that did not grow, after as many messages."""


async def turn(deployment: Deployment, messages: int) -> Turn:
    """Measure the load, spread over all contacts of a deployment."""
    world, feed = deployment.world, deployment.feed
    feed.spread(deployment.contacts, messages)
    began, before = time.perf_counter(), cpu_seconds(world)
    _, timing = await feed.put(CACHED, messages)
    answers = await timing
    while await backlog(world.bus):
        assert time.perf_counter() - began < _DRAIN_LIMIT_S, f"the archive is not done after {_DRAIN_LIMIT_S:.0f} s"
        await asyncio.sleep(0.1)
    archived, after = messages / (time.perf_counter() - began), cpu_seconds(world)
    spent = sum(after[name] - before[name] for name in _UNDER_LOAD)
    return Turn(answers, round(archived, 1), round(spent * 1000 / messages, 3))


async def stage(small: Deployment, grown: Deployment, preload_s: float, args: argparse.Namespace) -> Stage:
    """Compare the two in turns; the first pair only warms them."""
    pairs: list[tuple[Turn, Turn]] = []
    for number in range(args.turns + 1):
        if number % 2:
            pairs.append((await turn(small, args.messages), await turn(grown, args.messages)))
        else:
            second = await turn(grown, args.messages)
            pairs.append((await turn(small, args.messages), second))
    pairs = pairs[1:]
    answers = [grown_turn.answers_per_s / small_turn.answers_per_s for small_turn, grown_turn in pairs]
    return Stage(
        contacts=grown.contacts,
        preload_s=round(preload_s, 1),
        answers_per_s=statistics.median(grown_turn.answers_per_s for _, grown_turn in pairs),
        answers=_ratio(answers),
        archived=_ratio([grown_turn.archived_per_s / small_turn.archived_per_s for small_turn, grown_turn in pairs]),
        cpu=_ratio([grown_turn.cpu_ms / small_turn.cpu_ms for small_turn, grown_turn in pairs]),
        spread=(round(min(answers), 2), round(max(answers), 2)),
        memory_mb=_memory(grown),
        small_memory_mb=_memory(small),
    )


def _memory(deployment: Deployment) -> dict[str, int]:
    return {name: round(size / 1e6) for name, size in memory_of(deployment.world.pids()).items()}


def _ratio(ratios: list[float]) -> float:
    return round(statistics.median(ratios), 2)


async def run(args: argparse.Namespace, folder: Path) -> list[Stage]:
    """Let one of two deployments grow step by step."""
    sizes = [int(each) for each in args.contacts.split(",")]
    uris = args.mongo_uri or [None, None]
    stages: list[Stage] = []
    async with AsyncExitStack() as stack:
        deployments = []
        for name, uri in zip(("small", "grown"), uris, strict=True):
            plan = plan_of(folder / name, replicas={}, mongo_uri=uri)
            world = await stack.enter_async_context(running(plan, PARTS))
            deployments.append(Deployment(plan, world, Feed(world.bus, 1)))
        small, grown = deployments
        await small.grow(sizes[0], args.lines)
        for contacts in sizes:
            took = await grown.grow(contacts, args.lines)
            stages.append(await stage(small, grown, took, args))
            print(f"  {stages[-1]}", flush=True)
    return stages


def report(stages: list[Stage], args: argparse.Namespace) -> bool:
    """Print and keep the stages; return whether throughput was kept."""
    parts = list(stages[0].memory_mb)
    table = Table(
        "contacts", "lines", "preload s", "answers/s", "answers to small", "lowest, highest", "archived to small",
        "CPU to small", *(f"{each} MB, small" for each in parts),
    )  # fmt: skip
    for each in stages:
        low, high = each.spread
        table.add_row(
            str(each.contacts), str(each.contacts * args.lines), f"{each.preload_s:g}", f"{each.answers_per_s:g}",
            f"{each.answers:.2f}", f"{low:.2f}, {high:.2f}", f"{each.archived:.2f}", f"{each.cpu:.2f}",
            *(f"{each.memory_mb[part]}, {each.small_memory_mb[part]}" for part in parts),
        )  # fmt: skip
    console = Console(width=180)
    console.print(table)
    lowest = min(min(each.answers, each.archived) for each in stages)
    kept = lowest >= _TOLERATED
    console.print(
        f"throughput {'kept' if kept else 'fell'}: at its lowest {lowest:.2f} of the deployment that did not grow"
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(), "cores": os.cpu_count(), "load": os.getloadavg()[0],
        "lines_per_contact": args.lines, "lowest": round(lowest, 2), "kept": kept, "stages": [asdict(each) for each in stages],
    }  # fmt: skip
    (RESULTS / "growth.json").write_text(json.dumps(result, indent=1))
    return kept


def main() -> int:
    """Measure and report; return 1 when throughput fell by more than 10 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--contacts", default="1000,10000,100000", help="growing; the first is also the size of the other"
    )
    parser.add_argument("--lines", type=int, default=10, help="of each contact's history")
    parser.add_argument("--messages", type=int, default=1500, help="of each turn")
    parser.add_argument("--turns", type=int, default=16, help="of each deployment at each size")
    parser.add_argument(
        "--mongo-uri", nargs=2, metavar="URI", help="two empty MongoDB-protocol servers, not the embedded one"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if report(asyncio.run(run(args, Path(folder))), args) else 1


if __name__ == "__main__":
    raise SystemExit(main())
