"""Reply time from the phone's message to the bot's answer, beside the raw cost of the same JetStream hops."""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections import defaultdict, deque
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import nats
import psutil
from rich.console import Console
from rich.table import Table

from bench.database_work import operations, per_message
from bench.raw_hops import measure
from ispbot_contracts.settings import BotSettings, NotificationSettings, Section, SendingSettings
from ispbot_contracts.streams import STREAMS
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

WORDS = ["menú", "1", "0"]
RESULTS = Path(__file__).parents[1] / ".data" / "bench"
_WARM_UP_RATE = 8.0
"""First contacts a second: each asks the management system several times."""
_LATE_S = 20.0
_DRAIN_LIMIT_S = 180.0
_DRAINED_AT_ONCE_S = 5.0
_SUSTAINED_P95_MS = 2000.0


@dataclass(frozen=True)
class Step:
    """One rate: what was asked, what came back, and how long it took (milliseconds)."""

    rate: float
    messages: int
    answered: int
    left_behind: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    answers_per_s: float
    drained_after_s: float = 0.0
    """How long after the last answer every consumer (the archive too) had nothing left."""


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie, in milliseconds."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


class Load:
    """Many phones that write; the bot answers each message with one, in order, so answers are matched first in, first out."""

    def __init__(self, net: WaNetworkClient, phones: list[str]) -> None:
        self._net = net
        self._phones = phones
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self.samples: list[tuple[float, float]] = []
        """When each answered word was said, and how long its answer took."""
        self.last_answer = 0.0
        self._turn = 0
        net.listen(self._heard)

    def _heard(self, event: dict[str, object]) -> None:
        if event["type"] != "message" or event["message"]["mine"]:  # type: ignore[index]  # JSON object
            return
        waiting = self._sent[str(event["phone"])]
        if waiting:
            self.last_answer = time.perf_counter()
            said = waiting.popleft()
            self.samples.append((said, self.last_answer - said))

    @property
    def _unanswered(self) -> int:
        return sum(map(len, self._sent.values()))

    async def run(self, rate: float, seconds: float, words: list[str]) -> Step:
        """Write at ``rate`` for ``seconds``, wait for the late ones, and count."""
        self.samples.clear()
        self._sent.clear()
        total = max(5, int(rate * seconds))
        start = time.perf_counter()
        sends = []
        for number in range(total):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            phone = self._phones[self._turn % len(self._phones)]
            word = words[(self._turn // len(self._phones)) % len(words)]
            self._turn += 1
            self._sent[phone].append(time.perf_counter())
            sends.append(asyncio.create_task(self._net.say(phone, word)))
        await asyncio.gather(*sends)
        deadline = time.perf_counter() + _LATE_S
        while self._unanswered and time.perf_counter() < deadline:
            await asyncio.sleep(0.05)
        times = [took for _, took in self.samples]
        return Step(
            rate=rate, messages=total, answered=len(times), left_behind=self._unanswered,
            p50_ms=percentile(times, 0.5), p95_ms=percentile(times, 0.95), p99_ms=percentile(times, 0.99),
            answers_per_s=round(len(times) / max(0.001, self.last_answer - start), 1),
        )  # fmt: skip


async def prepare(running: Running, *, leads: bool = True) -> None:
    """Switch human pacing off and widen the loop guard: the load is a machine on purpose.

    Without ``leads`` no group is told about strangers: a chat of its own with a notice per phone.
    """
    config = CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key)
    bus = Bus(config, "bench")
    await bus.connect()
    store = SettingsStore(bus, Cipher(running.secret_key))
    values: list[Section] = [
        SendingSettings(show_typing=False, max_per_second=1000, mark_read=False),
        BotSettings(reply_budget=100, same_reply_max=10, reply_budget_window_s=30),
        *([] if leads else [NotificationSettings()]),
    ]
    for value in values:
        await store.write(value, revision=(await store.read(type(value))).revision)
    await bus.stop()


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", default="1,50,200")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--chats", type=int, default=600)
    parser.add_argument("--no-leads", action="store_true", help="no sales group is told about the strangers")
    parser.add_argument("--mongo-uri", help="a MongoDB-protocol server in place of the embedded one")
    args = parser.parse_args()
    environment = {"ISPBOT_MONGO_URI": args.mongo_uri} if args.mongo_uri else {}
    rates = [float(rate) for rate in args.rates.split(",")]
    phones = [f"549351700{number:04d}" for number in range(args.chats)]
    with tempfile.TemporaryDirectory() as folder, start(Path(folder), environment=environment) as running:
        await prepare(running, leads=not args.no_leads)
        async with WaNetworkClient(running.phone_url) as net:
            await link(net)
            load = Load(net, phones)
            drain = Drain(running)
            warm = await step(load, drain, _WARM_UP_RATE, args.chats / _WARM_UP_RATE, ["hola"])
            before = await operations(running.mongo_uri)
            steps = [await step(load, drain, rate, args.seconds, WORDS) for rate in rates]
            after = await operations(running.mongo_uri)
            work = per_message(before, after, sum(one.messages for one in steps))
            sustained = await find_sustained(load, drain, args.seconds / 2)
        raw = {rate: await measure(running.nats_url, rate, min(args.seconds, 10)) for rate in rates}
        memory = {part: round(rss / 1e6) for part, rss in running.memory().items()}
    report(warm, steps, sustained, raw, memory, work)


class Drain:
    """Tells when nothing is left on the bus."""

    def __init__(self, running: Running) -> None:
        self._url = running.nats_url

    async def wait(self) -> float:
        """Wait until every consumer of every stream is done; return how many seconds that took."""
        nc = await nats.connect(self._url)
        js = nc.jetstream()
        start = time.perf_counter()
        while time.perf_counter() - start < _DRAIN_LIMIT_S:
            infos = [info for spec in STREAMS for info in await js.consumers_info(spec.name)]
            if all((info.num_pending or 0) + (info.num_ack_pending or 0) == 0 for info in infos):
                break
            await asyncio.sleep(0.2)
        await nc.close()
        return round(time.perf_counter() - start, 1)


async def step(load: Load, drain: Drain, rate: float, seconds: float, words: list[str]) -> Step:
    """Run one step from a quiet start to a quiet end."""
    done = await load.run(rate, seconds, words)
    return replace(done, drained_after_s=await drain.wait())


async def find_sustained(load: Load, drain: Drain, seconds: float) -> Step | None:
    """Raise the rate until something stays behind; return the last step that kept its pace."""
    best: Step | None = None
    for rate in (5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 125.0, 150.0, 200.0):
        now = await step(load, drain, rate, seconds, WORDS)
        if now.left_behind or now.p95_ms > _SUSTAINED_P95_MS or now.drained_after_s > _DRAINED_AT_ONCE_S:
            break
        best = now
    return best


def report(
    warm: Step,
    steps: list[Step],
    sustained: Step | None,
    raw: dict[float, list[float]],
    memory: dict[str, int],
    work: dict[str, float],
) -> None:
    """Print the table and keep the figures."""
    console = Console(width=140)
    heads = (
        "msg/s",
        "sent",
        "answered",
        "left",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "drained s",
        "raw p50",
        "raw p95",
        "ratio p50",
        "ratio p95",
    )
    table = Table(*heads)
    rows = []
    for one in steps:
        floor50, floor95 = percentile(raw[one.rate], 0.5), percentile(raw[one.rate], 0.95)
        rows.append(asdict(one) | {"raw_p50_ms": floor50, "raw_p95_ms": floor95})
        table.add_row(
            f"{one.rate:g}", str(one.messages), str(one.answered), str(one.left_behind), str(one.p50_ms), str(one.p95_ms),
            str(one.p99_ms), str(one.drained_after_s), str(floor50), str(floor95), f"{one.p50_ms / floor50:.1f}", f"{one.p95_ms / floor95:.1f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"first contact (identification included) at {warm.rate:g}/s: p50 {warm.p50_ms} ms, p95 {warm.p95_ms} ms, left {warm.left_behind}"
    )
    if sustained is None:
        console.print("sustained with nothing left behind: less than 5 answers/s")
    else:
        console.print(
            f"sustained with nothing left behind: {sustained.answers_per_s} answers/s (p95 {sustained.p95_ms} ms)"
        )
    console.print(f"database operations for one message and its answer, archived and ticked: {work}")
    console.print(f"memory MB: {sum(memory.values())} in all, {memory}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(), "cores": psutil.cpu_count(), "steps": rows, "warm_up": asdict(warm), "sustained": asdict(sustained) if sustained else None,
        "raw_mean_ms": {str(rate): round(1000 * statistics.fmean(times), 2) for rate, times in raw.items()}, "memory_mb": memory, "database_operations": work,
    }  # fmt: skip
    (RESULTS / "latency.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    asyncio.run(main())
