"""Reply time from the phone's message to the bot's answer, beside the raw cost of the same JetStream hops."""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bench.raw_hops import measure
from ispbot_contracts.settings import BotSettings, SendingSettings
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

RESULTS = Path(__file__).parents[1] / ".data" / "bench"
_WARM_UP_RATE = 40.0
_LATE_S = 20.0


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


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie, in milliseconds."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


class Load:
    """Many phones that write and wait; one outstanding message per phone."""

    def __init__(self, net: WaNetworkClient, phones: list[str]) -> None:
        self._net = net
        self._phones = phones
        self._sent: dict[str, float] = {}
        self.times: list[float] = []
        self.last_answer = 0.0
        self._turn = 0
        net.listen(self._heard)

    def _heard(self, event: dict[str, object]) -> None:
        if event["type"] != "message" or event["message"]["mine"]:  # type: ignore[index]  # JSON object
            return
        started = self._sent.pop(str(event["phone"]), None)
        if started is not None:
            self.last_answer = time.perf_counter()
            self.times.append(self.last_answer - started)

    async def run(self, rate: float, seconds: float, words: list[str]) -> Step:
        """Write at ``rate`` for ``seconds``, wait for the late ones, and count."""
        self.times.clear()
        self._sent.clear()
        total = max(5, int(rate * seconds))
        start = time.perf_counter()
        sends = []
        for number in range(total):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            phone = self._phones[self._turn % len(self._phones)]
            word = words[(self._turn // len(self._phones)) % len(words)]
            self._turn += 1
            self._sent[phone] = time.perf_counter()
            sends.append(asyncio.create_task(self._net.say(phone, word)))
        await asyncio.gather(*sends)
        deadline = time.perf_counter() + _LATE_S
        while self._sent and time.perf_counter() < deadline:
            await asyncio.sleep(0.05)
        return Step(
            rate=rate, messages=total, answered=len(self.times), left_behind=len(self._sent),
            p50_ms=percentile(self.times, 0.5), p95_ms=percentile(self.times, 0.95), p99_ms=percentile(self.times, 0.99),
            answers_per_s=round(len(self.times) / max(0.001, self.last_answer - start), 1),
        )  # fmt: skip


async def prepare(running: Running) -> None:
    """Switch human pacing off and widen the loop guard: the load is a machine on purpose."""
    config = CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key)
    bus = Bus(config, "bench")
    await bus.connect()
    store = SettingsStore(bus, Cipher(running.secret_key))
    for value in (
        SendingSettings(show_typing=False, max_per_second=1000, mark_read=False),
        BotSettings(reply_budget=100, same_reply_max=10, reply_budget_window_s=30),
    ):
        await store.write(value, revision=(await store.read(type(value))).revision)
    await bus.stop()


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", default="1,50,200")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--chats", type=int, default=2000)
    args = parser.parse_args()
    rates = [float(rate) for rate in args.rates.split(",")]
    phones = [f"549351700{number:04d}" for number in range(args.chats)]
    with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as running:
        await prepare(running)
        async with WaNetworkClient(running.phone_url) as net:
            await link(net)
            load = Load(net, phones)
            warm = await load.run(_WARM_UP_RATE, args.chats / _WARM_UP_RATE, ["hola"])
            steps = [await load.run(rate, args.seconds, ["menú", "1", "0"]) for rate in rates]
            sustained = await find_sustained(load, args.seconds)
        raw = {rate: await measure(running.nats_url, rate, min(args.seconds, 10)) for rate in rates}
        memory = {part: round(rss / 1e6) for part, rss in running.memory().items()}
    report(warm, steps, sustained, raw, memory)


async def find_sustained(load: Load, seconds: float) -> Step:
    """Raise the rate until answers stay behind; return the last step that left nothing behind and kept its pace."""
    best: Step | None = None
    for rate in (50.0, 75.0, 100.0, 150.0, 200.0, 250.0, 300.0, 400.0, 500.0):
        step = await load.run(rate, seconds / 2, ["menú", "1", "0"])
        if step.left_behind or step.p95_ms > 2000:
            break
        best = step
    return best or await load.run(20.0, seconds / 2, ["menú"])


def report(
    warm: Step, steps: list[Step], sustained: Step, raw: dict[float, list[float]], memory: dict[str, int]
) -> None:
    """Print the table and keep the figures."""
    console = Console()
    table = Table(
        "msg/s",
        "sent",
        "answered",
        "left",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "raw p50",
        "raw p95",
        "ratio p50",
        "ratio p95",
    )
    rows = []
    for step in steps:
        floor50, floor95 = percentile(raw[step.rate], 0.5), percentile(raw[step.rate], 0.95)
        rows.append(asdict(step) | {"raw_p50_ms": floor50, "raw_p95_ms": floor95})
        table.add_row(
            f"{step.rate:g}", str(step.messages), str(step.answered), str(step.left_behind), str(step.p50_ms), str(step.p95_ms),
            str(step.p99_ms), str(floor50), str(floor95), f"{step.p50_ms / floor50:.1f}", f"{step.p95_ms / floor95:.1f}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"first contact (identification included) at {warm.rate:g}/s: p50 {warm.p50_ms} ms, p95 {warm.p95_ms} ms, left {warm.left_behind}"
    )
    console.print(
        f"sustained with nothing left behind: {sustained.answers_per_s} answers/s (p95 {sustained.p95_ms} ms)"
    )
    console.print(f"memory MB: {sum(memory.values())} in all, {memory}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(), "cores": psutil.cpu_count(), "steps": rows, "warm_up": asdict(warm), "sustained": asdict(sustained),
        "raw_mean_ms": {str(rate): round(1000 * statistics.fmean(times), 2) for rate, times in raw.items()}, "memory_mb": memory,
    }  # fmt: skip
    (RESULTS / "latency.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    asyncio.run(main())
