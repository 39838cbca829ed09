"""The ledger of the chaos run on a JetStream cluster of three nodes with three copies of each stream, its leaders killed."""

import argparse
import asyncio
import os
import random
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.chaos import Killed, Killer, Result, arguments, environment, report, run
from ispbot_launcher.folders import ENVIRONMENT_BIN
from ispbot_launcher.parts import Layer, Part, Ready
from ispbot_launcher.ports import HOST, FreePorts
from ispbot_launcher.running import Running, start
from ispbot_launcher.supervisor import Supervisor
from ispbot_launcher.watch import Event, Happening

NODES = ("n1", "n2", "n3")
_START_LIMIT_S = 60.0
_LEADER_LIMIT_S = 60.0
_CALM_S = 6.0
_AWAY_S = 8.0
"""A killed node comes back after the others have elected."""


class Cluster:
    """Three servers on loopback under a supervisor in a thread of its own, which brings a killed one back."""

    def __init__(self, folder: Path) -> None:
        free = FreePorts()
        self._ports = {name: (free.take(), free.take(), free.take()) for name in NODES}
        self._token = secrets.token_hex(16)
        self._logs = folder / "cluster" / "logs"
        self._logs.mkdir(parents=True)
        parts = [self._part(name, folder / "cluster" / name) for name in NODES]
        self._supervisor = Supervisor(parts, logs=self._logs, say=_complain, first_delay_s=_AWAY_S)
        self.url = ",".join(f"nats://{self._token}@{HOST}:{client}" for client, _, _ in self._ports.values())

    def _part(self, name: str, folder: Path) -> Part:
        folder.mkdir()
        client, http, _ = self._ports[name]
        routes = ", ".join(f'"nats://{HOST}:{route}"' for _, _, route in self._ports.values())
        config = folder / "server.conf"
        config.write_text(
            f"""server_name: {name}
listen: "{HOST}:{client}"
http: "{HOST}:{http}"
authorization {{ token: "{self._token}" }}
jetstream {{ store_dir: "{folder}", sync_interval: 1s, max_file_store: 1TB, max_memory_store: 64MB }}
cluster {{ name: bench, listen: "{HOST}:{self._ports[name][2]}", routes: [{routes}] }}
"""
        )
        argv = (str(ENVIRONMENT_BIN / "nats-server"), "-c", str(config))
        return Part(name, argv, Layer.BUS, Ready.HTTP, port=http, ready_path="/healthz?js-server-only=true")

    def pid(self, name: str) -> int:
        """Return the process of a node."""
        watch = next(each for each in self._supervisor.watches if each.part.name == name)
        assert watch.child is not None
        return watch.child.pid

    def monitor(self, name: str) -> str:
        """Return the address of a node's monitoring."""
        return f"http://{HOST}:{self._ports[name][1]}"

    def restarts(self, name: str) -> int:
        """Return how often a node was started again."""
        return next(each.restarts for each in self._supervisor.watches if each.part.name == name)

    def is_ready(self, name: str) -> bool:
        """Tell whether a node answers."""
        return name not in self._supervisor.not_ready()

    async def keep(self, stop: asyncio.Event, ready: threading.Event) -> None:
        """Run the nodes until ``stop``."""
        await self._supervisor.start(_START_LIMIT_S)
        ready.set()
        await stop.wait()
        await self._supervisor.stop()


def _complain(event: Event) -> None:
    if event.what is not Happening.READY:
        print(f"  {event.text[:100]}", flush=True)


@contextmanager
def cluster_in(folder: Path) -> Iterator[Cluster]:
    """Run a cluster while the block lasts."""
    cluster, ready = Cluster(folder), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(cluster.keep(stop, ready),))
    thread.start()
    try:
        assert ready.wait(_START_LIMIT_S + 5)
        yield cluster
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def leader_of(cluster: Cluster, stream: str | None, *, gone: str = "") -> str:
    """Return which node leads a stream, or the whole JetStream (``None``); waits while there is an election.

    ``gone``: the one just killed, which the others may still name; after its return it may lead again.
    """
    restarts = cluster.restarts(gone) if gone else 0
    deadline = time.monotonic() + _LEADER_LIMIT_S
    while time.monotonic() < deadline:
        for name in NODES:
            found = await _leader_by(cluster.monitor(name), stream)
            if found and (found != gone or cluster.restarts(gone) > restarts):
                return found
        await asyncio.sleep(0.2)
    raise AssertionError(f"nobody led {stream or 'JetStream'} for {_LEADER_LIMIT_S:.0f} s")


async def _leader_by(monitor: str, stream: str | None) -> str | None:
    """Return the leader as one node knows it, None when it does not know or does not answer."""
    try:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            facts = (await http.get(f"{monitor}/jsz", params={"streams": "true"})).json()
    except httpx.HTTPError:
        return None
    if stream is None:
        return facts.get("meta_cluster", {}).get("leader") or None
    accounts = facts.get("account_details") or []
    streams = [each for account in accounts for each in account.get("stream_detail") or []]
    return next((each.get("cluster", {}).get("leader") for each in streams if each["name"] == stream), None)


def killing_leaders(cluster: Cluster, rounds: int) -> Killer:
    """Return what kills the leader of the WA stream and the leader of the whole cluster, ``rounds`` times each."""

    async def kill_leaders(dice: random.Random) -> list[Killed]:
        kills = []
        for _ in range(rounds):
            for stream in ("WA", None):
                leader = await leader_of(cluster, stream)
                before, began = cluster.restarts(leader), time.monotonic()
                os.kill(cluster.pid(leader), signal.SIGKILL)
                what = f"leader of {stream or 'the cluster'} ({leader})"
                await leader_of(cluster, stream, gone=leader)
                led = time.monotonic() - began
                while cluster.restarts(leader) == before or not cluster.is_ready(leader):
                    await asyncio.sleep(0.1)
                kills.append(Killed(what, round(time.monotonic() - began, 2)))
                print(
                    f"  killed the {what}: led again after {led:.1f} s, node back after {kills[-1].back_s:.1f} s",
                    flush=True,
                )
                await asyncio.sleep(_CALM_S + dice.uniform(0, 3))
        return kills

    return kill_leaders


def measure(args: argparse.Namespace, folder: Path) -> int:
    """Run on a cluster; 1 when anything differs."""
    with cluster_in(folder) as cluster:
        servers = {"ISPBOT_NATS_URL": cluster.url, "ISPBOT_STREAM_REPLICAS": "3"}
        with start(folder, environment=environment(args) | servers) as running:
            result = asyncio.run(_run(running, cluster, args))
            report(result, running, "cluster")
    return 1 if result.offending else 0


async def _run(running: Running, cluster: Cluster, args: argparse.Namespace) -> Result:
    return await run(
        running, phones=args.phones, seed=args.seed, rate=args.rate, seconds=60 * args.minutes,
        killer=killing_leaders(cluster, args.rounds),
    )  # fmt: skip


def main() -> int:
    """Run and report; 1 when anything differs."""
    args = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = args.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        return measure(args, place)


if __name__ == "__main__":
    sys.exit(main())
