"""Half load for a long time: nothing may grow. Fails when the trend of memory, handles, streams or lag exceeds its limit."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bench.chaos_ledger import backlog
from bench.latency import RESULTS, WORDS, Load, prepare
from ispbot_contracts.streams import STREAMS
from ispbot_launcher.parts import DATABASE
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.mongo import MOST_CONNECTIONS
from ispbot_runtime.settings import CommonSettings
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

LIMITS = {"memory_mb": 0.5, "handles": 0.2, "lag": 5.0, "bytes_per_message": 20_000.0}
"""Growth allowed per minute after the warm-up, of each process (MB, open handles) and of the whole (messages left); and how
much all streams may take per message written, which grows by design until their limits and must not grow faster."""
_WITNESSES = ("phone-network", "demo-isp", "nats", DATABASE)
"""Their memory holds the history itself (the stand-in's chats, the stores' caches): shown, not judged."""
_FLOORS = {"memory_mb": 5.0, "handles": 3.0, "lag": 50.0}
"""Growth over the whole run that says nothing in a short one."""
_WARM_SHARE = 0.2
_MONITORS = 2
"""Connections with which the driver watches the server, beside the pool."""


@dataclass
class Sample:
    """Everything at one moment. ``at`` in minutes since the start."""

    at: float
    memory_mb: dict[str, float]
    handles: dict[str, int]
    """Open files and sockets, those of ``connections`` not among them."""
    connections: dict[str, int]
    """Sockets between the part and the database: a pool that follows the questions under way, up to a fixed size."""
    lag: int
    stream_bytes: int
    written: int


@dataclass(frozen=True)
class Trend:
    """Growth per minute of one thing, against its limit."""

    what: str
    first: float
    last: float
    per_minute: float
    limit: float | None
    floor: float
    most: float | None = None
    """In place of a limit per minute: what ``last`` may be."""

    @property
    def bound(self) -> str:
        """What it is judged by, in words."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return "shown only" if self.limit is None else f"{self.limit:g}"

    @property
    def too_steep(self) -> bool:
        """Tell whether it grows faster than allowed, and by enough to tell."""
        if self.most is not None:
            return self.last > self.most
        grown = self.last - self.first
        return self.limit is not None and self.per_minute > self.limit and grown > self.floor


def slope(points: list[tuple[float, float]]) -> float:
    """Return the least-squares slope of (minute, value) points."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def trends(samples: list[Sample]) -> list[Trend]:
    """Return the growth of everything after the warm-up."""
    calm = [each for each in samples if each.at >= samples[-1].at * _WARM_SHARE]
    series: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for each in calm:
        for name, size in each.memory_mb.items():
            series[f"memory MB of {name}", "shown" if name in _WITNESSES else "memory_mb"].append((each.at, size))
        for name, count in each.handles.items():
            series[f"handles of {name}", "handles"].append((each.at, count))
        series["messages left on the bus", "lag"].append((each.at, each.lag))
    found = [
        Trend(what, points[0][1], points[-1][1], round(slope(points), 3), LIMITS.get(kind), _FLOORS.get(kind, 0.0))
        for (what, kind), points in series.items()
    ]
    pools = [
        Trend(
            f"database connections of {name}, first and most", first, most, 0.0, None, 0.0, MOST_CONNECTIONS + _MONITORS
        )
        for name, first in calm[0].connections.items()
        if name != DATABASE
        for most in (max(each.connections.get(name, 0) for each in calm),)
    ]
    written = max(1, calm[-1].written - calm[0].written)
    per_message = (calm[-1].stream_bytes - calm[0].stream_bytes) / written
    first, last = float(calm[0].stream_bytes), float(calm[-1].stream_bytes)
    return [
        *found,
        *pools,
        Trend(
            "bytes in streams per message written", first, last, round(per_message), LIMITS["bytes_per_message"], 0.0
        ),
    ]


def database_sockets(pid: int, port: int | None) -> int:
    """Return how many connections a process has with the database, or the database itself with others."""
    ends = psutil.Process(pid).net_connections("tcp")
    return sum(port in {end.laddr.port, end.raddr.port} for end in ends if end.raddr)


class Watch:
    """Takes the samples."""

    def __init__(self, running: Running, bus: Bus) -> None:
        self._running, self._bus = running, bus
        self._began = time.monotonic()
        self.samples: list[Sample] = []
        self.written = 0

    async def take(self) -> None:
        """Take one sample."""
        pids = {part.name: part.pid for part in self._running.state.parts if part.pid is not None}
        port = self._running.state.database_port
        connections = {name: database_sockets(pid, port) for name, pid in pids.items()}
        handles = {name: psutil.Process(pid).num_fds() - connections[name] for name, pid in pids.items()}
        infos = [await self._bus.js.stream_info(spec.name) for spec in STREAMS]
        self.samples.append(
            Sample(
                at=(time.monotonic() - self._began) / 60,
                memory_mb={name: round(size / 1e6, 1) for name, size in self._running.memory().items()},
                handles=handles,
                connections=connections,
                lag=await backlog(self._bus),
                stream_bytes=sum(info.state.bytes for info in infos),
                written=self.written,
            )
        )
        now = self.samples[-1]
        print(
            f"  {now.at:5.1f} min: {now.written} written, {now.lag} left, {sum(now.memory_mb.values()):.0f} MB, "
            f"{sum(handles.values())} handles, {connections.get(DATABASE, 0)} database connections, streams {now.stream_bytes / 1e6:.1f} MB", flush=True,
        )  # fmt: skip


async def run(running: Running, args: argparse.Namespace) -> list[Sample]:
    """Write at half load, in slices, and sample between them."""
    await prepare(running)
    bus = Bus(CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key), "soak")
    await bus.connect()
    watch = Watch(running, bus)
    phones = [f"54935170{number:05d}" for number in range(args.chats)]
    slice_s = min(60.0, args.minutes * 60 / 12)
    try:
        async with WaNetworkClient(running.phone_url, keep_inboxes=False) as net:
            await link(net)
            load = Load(net, phones)
            await load.run(min(args.rate, 8.0), args.chats / min(args.rate, 8.0), ["hola"])
            deadline = time.monotonic() + 60 * args.minutes
            await watch.take()
            while time.monotonic() < deadline:
                step = await load.run(args.rate, slice_s, WORDS)
                watch.written += step.messages
                await watch.take()
                if step.left_behind:
                    print(f"    {step.left_behind} answers late in this slice", flush=True)
    finally:
        await bus.stop()
    return watch.samples


def report(samples: list[Sample], found: list[Trend]) -> bool:
    """Print what grew, keep everything; tell whether all stayed within limits."""
    table = Table("what", "first", "last", "per minute", "limit", "")
    for each in sorted(found, key=lambda trend: not trend.too_steep):
        verdict = "GROWS" if each.too_steep else ""
        table.add_row(each.what, f"{each.first:g}", f"{each.last:g}", f"{each.per_minute:g}", each.bound, verdict)
    Console(width=140).print(table)
    fine = not any(each.too_steep for each in found)
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(), "fine": fine, "limits": LIMITS,
        "trends": [vars(each) for each in found], "samples": [vars(each) for each in samples],
    }  # fmt: skip
    (RESULTS / "soak.json").write_text(json.dumps(result, indent=1))
    return fine


def main() -> int:
    """Run and report; 1 when something grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument(
        "--rate", type=float, default=15.0, help="messages a second: half of what bench latency sustains"
    )
    parser.add_argument("--chats", type=int, default=300)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as running:
        samples = asyncio.run(run(running, args))
        return 0 if report(samples, trends(samples)) else 1


if __name__ == "__main__":
    sys.exit(main())
