"""Notices pushed at once while phones chat: accepted or refused, none lost or doubled by kills, replies not delayed."""

import argparse
import asyncio
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.chaos import kill
from bench.latency import RESULTS, WORDS, Drain, Load, percentile, step
from bench.notices_burst import KNOWN, MARK, Burst, Plan, known_phone
from bench.notices_count import Phones, Row, open_of, problems_of, rows_of
from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import ListNotices, NoticeState, NoticesUnreached
from ispbot_contracts.settings import BotSettings, NoticeIntegration, NoticeSettings, Section, SendingSettings
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

BUDGET = 30
_WARM_UP_RATE = 8.0
_SLICE_S = 5.0
_LOOK_S = 5.0
_RECOVERED_S = 5.0
"""So long after a part is back its outage still counts."""
_HEARD_S = 10.0
_SHOWN = 10


@dataclass(frozen=True)
class Killed:
    """A kill: what, at which count, and from when to when it was felt (seconds of the measuring clock)."""

    parts: str
    at: str
    back_s: float
    began: float
    ended: float


@dataclass(frozen=True)
class Result:
    """What was pushed, what became of it, and what it cost the customers who chatted."""

    pushed: int
    accepted: int
    refused: dict[str, int]
    repeated: dict[str, int]
    push_s: float
    push_p95_ms: float
    drained_s: float
    states: dict[str, int]
    kills: dict[str, float]
    replies: int
    p95_alone_ms: float
    p95_burst_ms: float
    ratio: float
    replies_in_outages: int
    p95_outages_ms: float
    unanswered: int
    panel_ms: dict[str, float]
    load_average: float
    problems: dict[str, list[int]]


async def prepare(bus: Bus, running: Running, token: str, per_minute: float) -> None:
    """Widen the pace as a provider would whose number stands it, and keep a budget for strangers."""
    store = SettingsStore(bus, Cipher(running.secret_key))
    digest = hashlib.sha256(token.encode()).hexdigest()
    integration = NoticeIntegration(
        integration_id="bench", name="Bench", token_digest=digest, created_at=utc_now()
    )  # fmt: skip
    values: list[Section] = [
        SendingSettings(
            show_typing=False, max_per_second=1000, mark_read=False, notices_per_minute=per_minute,
            cold_per_day=BUDGET, quiet_hours=False,
        ),
        BotSettings(reply_budget=100, same_reply_max=10, reply_budget_window_s=30),
        NoticeSettings(integrations=[integration]),
    ]  # fmt: skip
    for value in values:
        await store.write(value, revision=(await store.read(type(value))).revision)


class Killer:
    """Kills parts when a count is reached: midway through the pushes, and midway through what the phones hear."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.done: list[Killed] = []

    async def run(self, plan: Plan, burst: Burst, phones: Phones) -> None:
        """Kill at a third and at two thirds of the pushes, and both at half of what is heard."""
        await self._when(lambda: len(burst.ids), plan.count // 3, "accepted", "crm-adapter")
        await self._when(lambda: len(burst.ids), 2 * plan.count // 3, "accepted", "gateway-wa")
        await self._when(lambda: len(phones.heard), plan.count // 2, "heard", "crm-adapter+gateway-wa")

    async def _when(self, count: Callable[[], int], goal: int, what: str, parts: str) -> None:
        while count() < goal:
            await asyncio.sleep(0.02)
        began, at = time.perf_counter(), f"{count()} {what}"
        back_s = await kill(self._running, parts)
        self.done.append(Killed(parts, at, back_s, began, time.perf_counter() + _RECOVERED_S))

    def felt(self, said: float, took: float) -> bool:
        """Tell whether an answer was waited for while something was dead."""
        return any(said < one.ended and said + took > one.began for one in self.done)


class Chat:
    """Customers who go on chatting until told to stop."""

    def __init__(self, load: Load, rate: float) -> None:
        self._load, self._rate = load, rate
        self.samples: list[tuple[float, float]] = []
        self.unanswered = 0
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Chat."""
        while not self._over.is_set():
            self.unanswered += (await self._load.run(self._rate, _SLICE_S, WORDS)).left_behind
            self.samples += self._load.samples

    def stop(self) -> None:
        """End with the present slice."""
        self._over.set()


async def settled(running: Running, burst: Burst, limit_s: float) -> list[Row]:
    """Wait until every accepted notice is in the ledger and nothing more happens today, or the time is over."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if await open_of(running) <= burst.plan.strangers:
            rows = await rows_of(running)
            if {row.number for row in rows if row.settled}.issuperset(burst.ids):
                return rows
        await asyncio.sleep(_LOOK_S)
    return await rows_of(running)


async def panel_times(bus: Bus) -> dict[str, float]:
    """Return how long the panel waits for the full ledger, milliseconds: the slowest of three different questions each."""
    questions = {
        "first page": [ListNotices(limit=50, since=datetime(2000 + n, 1, 1, tzinfo=UTC)) for n in range(3)],
        "one state": [ListNotices(state=state) for state in (NoticeState.SENT, NoticeState.READ, NoticeState.FAILED)],
        "words": [ListNotices(q=f"{MARK} {number}") for number in (17, 170, 1700)],
        "a phone": [ListNotices(q=known_phone(number)) for number in range(3)],
        "not reached": [NoticesUnreached(undelivered_h=hours) for hours in (1, 24, 48)],
    }
    found: dict[str, float] = {}
    for name, queries in questions.items():
        times = []
        for query in queries:
            began = time.perf_counter()
            await bus.ask(query, timeout_s=30.0)
            times.append(time.perf_counter() - began)
        found[name] = round(1000 * max(times), 1)
    return found


async def measure(running: Running, bus: Bus, args: argparse.Namespace) -> Result:
    """Chat alone, chat under the burst, kill, count."""
    token, phones, killer = secrets.token_urlsafe(32), Phones(), Killer(running)
    plan = Plan(args.notices, strangers=BUDGET + 10, unreadable=20)
    await prepare(bus, running, token, args.pace)
    chatting = [f"549351700{number:04d}" for number in range(args.chats)]
    async with WaNetworkClient(running.phone_url) as net:
        await link(net)
        load, drain = Load(net, chatting), Drain(running)
        net.listen(phones.listen)
        await net.group("Vecinos", [plan.phone_of(number) for number in range(plan.strangers)])
        await step(load, drain, _WARM_UP_RATE, args.chats / _WARM_UP_RATE, ["hola"])
        customers = Load(net, [known_phone(number) for number in range(KNOWN)])
        await step(customers, drain, _WARM_UP_RATE, KNOWN / _WARM_UP_RATE, ["hola"])
        alone = await step(load, drain, args.rate, args.seconds, WORDS)
        burst = Burst(f"http://127.0.0.1:{running.part('crm-adapter').port}/gw/send", token, plan, args.at_once)
        chat, began = Chat(load, args.rate), time.perf_counter()
        chatter = asyncio.create_task(chat.run())
        killing = asyncio.create_task(killer.run(plan, burst, phones)) if not args.no_kills else None
        push_s = await burst.run()
        rows = await settled(running, burst, args.limit_s)
        ended = time.perf_counter()
        chat.stop()
        await chatter
        if killing is not None:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
        await _heard(phones, rows)
        rows = await rows_of(running)
    during = [(said, took) for said, took in chat.samples if began <= said <= ended]
    calm = [took for said, took in during if not killer.felt(said, took)]
    hit = [took for said, took in during if killer.felt(said, took)]
    p95 = percentile(calm, 0.95)
    return Result(
        pushed=plan.count, accepted=len(burst.ids), refused=dict(Counter(burst.refused.values())), repeated=dict(burst.repeated),
        push_s=round(push_s, 1), push_p95_ms=percentile(burst.took, 0.95), drained_s=round(ended - began, 1),
        states=dict(Counter(row.state for row in rows)), kills={f"{one.parts} at {one.at}": one.back_s for one in killer.done},
        replies=len(calm), p95_alone_ms=alone.p95_ms, p95_burst_ms=p95, ratio=round(p95 / alone.p95_ms, 2),
        replies_in_outages=len(hit), p95_outages_ms=percentile(hit, 0.95), unanswered=chat.unanswered + alone.left_behind,
        panel_ms=await panel_times(bus), load_average=round(os.getloadavg()[0], 1),
        problems=problems_of(plan, burst, rows, phones, BUDGET),
    )  # fmt: skip


async def _heard(phones: Phones, rows: Sequence[Row]) -> None:
    """Give the network a moment to show the last ones."""
    deadline = time.monotonic() + _HEARD_S
    left = {row.number for row in rows if row.settled and not row.waits_for_tomorrow}
    while not {number for _, number in phones.heard} >= left and time.monotonic() < deadline:
        await asyncio.sleep(0.1)


def verdict(result: Result, args: argparse.Namespace) -> list[str]:
    """Return what fails the run."""
    kills = 0 if args.no_kills else 3
    return [
        *(f"{name}: {len(numbers)} ({numbers[:_SHOWN]})" for name, numbers in result.problems.items()),
        *([f"{result.unanswered} words of customers had no answer"] if result.unanswered else []),
        *([f"{len(result.kills)} of {kills} kills took place"] if len(result.kills) != kills else []),
        *([f"ratio {result.ratio} is above {args.max_ratio}"] if not result.ratio <= args.max_ratio else []),
    ]


async def run(running: Running, args: argparse.Namespace) -> Result:
    """Measure with a bus of our own."""
    bus = Bus(CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key), "bench")
    await bus.connect()
    try:
        return await measure(running, bus, args)
    finally:
        await bus.stop()


def main() -> int:
    """Measure and print; 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=64, help="pushes that wait for an answer side by side")
    parser.add_argument("--pace", type=float, default=6000.0, help="notices a minute the number may send")
    parser.add_argument("--chats", type=int, default=60)
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second of the phones that chat")
    parser.add_argument("--seconds", type=float, default=30.0, help="so long they chat without notices")
    parser.add_argument("--limit-s", type=float, default=600.0, help="give up so long after the last push")
    parser.add_argument("--max-ratio", type=float, default=3.0, help="p95 of replies with the burst to without it")
    parser.add_argument("--no-kills", action="store_true")
    parser.add_argument("--mongo-uri", help="a MongoDB-protocol server in place of the embedded one")
    parser.add_argument("--keep", type=Path, help="folder for the instance's data and logs (default: a temporary one)")
    args = parser.parse_args()
    environment = {"ISPBOT_MONGO_URI": args.mongo_uri} if args.mongo_uri else {}
    with tempfile.TemporaryDirectory() as folder:
        place = args.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with start(place, environment=environment) as running:
            result = asyncio.run(run(running, args))
    wrong = verdict(result, args)
    Console(width=140).print(asdict(result) | {"problems": wrong})
    RESULTS.mkdir(parents=True, exist_ok=True)
    written = asdict(result) | {"wrong": wrong, "at": datetime.now(UTC).isoformat()}
    (RESULTS / "notices.json").write_text(json.dumps(written, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
