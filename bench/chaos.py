"""Kill every part in turn while phones write, then prove that nothing was lost, doubled or turned around."""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bench.chaos_ledger import Chat, backlog, check, collect, trace
from bench.chaos_people import PACE_WINDOW_S, Desk, Story, crowd, until
from ispbot_contracts.settings import BotSettings, SendingSettings
from ispbot_launcher.parts import BUS, DATABASE
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_sims.isp.contacts import demo_contacts
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

RESULTS = Path(__file__).parents[1] / ".data" / "bench"
REPLICAS = "router=2,tickets=2,gateway-wa=2"
TOGETHER = ("router+router-2", "tickets+tickets-2", "gateway-wa+gateway-wa-2")
"""Both processes at the same moment."""
_BACK_LIMIT_S = 120.0
_QUIET_LIMIT_S = 600.0
_LOOK_S = 0.1
_SAY_EVERY_S = 30.0
_STRANGER = "5493515559999"
_TRACED = 20
"""Full traces printed; of more chats only the differences."""


@dataclass(frozen=True)
class Killed:
    """A part that was killed, and how long until it was ready again (seconds)."""

    part: str
    back_s: float


@dataclass(frozen=True)
class Result:
    """What a run showed."""

    seed: int
    phones: int
    sent: int
    answers: int
    replies: int
    cases: int
    kills: list[Killed]
    offending: list[Chat]


Killer = Callable[[random.Random], Awaitable[list[Killed]]]


async def run(
    running: Running, *, phones: int, seed: int, killer: Killer, seconds: float = 0.0, rate: float = 60.0
) -> Result:
    """Let ``phones`` write, ``rate`` messages a second together at most, while ``killer`` works and ``seconds`` pass.

    Returns the ledger.
    """
    dice = random.Random(seed)
    bus = await prepare(running)
    desk = Desk(running)
    try:
        async with WaNetworkClient(running.phone_url) as net:
            await desk.start()
            await link(net)
            await until(desk.connected, "the link to WhatsApp")
            customers = crowd(net, desk, choose_phones(phones), seed, rate)
            deadline = time.monotonic() + seconds
            killing = asyncio.create_task(_run_killer(killer, dice))
            living = [
                asyncio.create_task(each.live(lambda: not killing.done() or time.monotonic() < deadline))
                for each in customers
            ]
            kills = await killing
            await _end_of(living, [each.story for each in customers])
            await quiet(bus)
            chats = await collect(bus, net, [each.story for each in customers])
    finally:
        await desk.stop()
        await bus.stop()
    for chat in chats:
        check(chat)
    stories = [chat.story for chat in chats]
    return Result(
        seed=seed,
        phones=phones,
        sent=sum(len(story.wrote) for story in stories),
        answers=sum(wrote.wants == "answer" for story in stories for wrote in story.wrote),
        replies=sum(len(story.replies) for story in stories),
        cases=sum(story.cases for story in stories),
        kills=kills,
        offending=[chat for chat in chats if chat.problems],
    )


async def _run_killer(killer: Killer, dice: random.Random) -> list[Killed]:
    await asyncio.sleep(dice.uniform(2.0, 4.0))
    return await killer(dice)


async def _end_of(living: Sequence[asyncio.Task[None]], stories: Sequence[Story]) -> None:
    while (await asyncio.wait(living, timeout=_SAY_EVERY_S))[1]:
        left = sum(not each.done() for each in living)
        print(f"  {sum(len(story.wrote) for story in stories)} written, {left} phones go on", flush=True)
    await asyncio.gather(*living)


def killing(running: Running, parts: Sequence[str], rounds: int) -> Killer:
    """Return what kills each of ``parts`` once per round, in a new order each time, the next when the last is back."""

    async def kill_all(dice: random.Random) -> list[Killed]:
        kills = []
        for _ in range(rounds):
            for names in dice.sample(list(parts), len(parts)):
                kills.append(Killed(names, await kill(running, names)))
                print(f"  killed {names}, ready again after {kills[-1].back_s:.1f} s", flush=True)
                await asyncio.sleep(dice.uniform(0.5, 3.0))
        return kills

    return kill_all


def parts_of(running: Running) -> list[str]:
    """Return what a full run kills: every process of every service, both of a kind at once, our own servers."""
    names = [part.name for part in running.state.parts]
    services = [part.name for part in running.services()]
    together = [each for each in TOGETHER if set(each.split("+")) <= set(services)]
    return [*services, *together, *(name for name in (BUS, DATABASE) if name in names)]


async def prepare(running: Running) -> Bus:
    """Switch human pacing off and widen the loop guard, which would call a person; return the bus for the ledger."""
    bus = Bus(CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key), "chaos")
    await bus.connect()
    store = SettingsStore(bus, Cipher(running.secret_key))
    for value in (
        SendingSettings(show_typing=False, max_per_second=1000, mark_read=False),
        BotSettings(reply_budget=100, same_reply_max=10, reply_budget_window_s=int(PACE_WINDOW_S)),
    ):
        await store.write(value, revision=(await store.read(type(value))).revision)
    return bus


def choose_phones(count: int) -> dict[str, bool]:
    """Return numbers, every second one of a customer of the demo provider; the value tells which."""
    known = [each.phone for each in demo_contacts(demo_isp(date.today())) if each.phone != _STRANGER]  # noqa: DTZ011
    found: dict[str, bool] = {}
    for place in range(count):
        customer = place % 2 == 0 and place // 2 < len(known)
        found[known[place // 2] if customer else f"54935170{place:05d}"] = customer
    return found


async def kill(running: Running, names: str) -> float:
    """Kill parts (with ``+`` between them, at once) with SIGKILL; return how many seconds until all were ready again."""
    victims = [running.part(name) for name in names.split("+")]
    for victim in victims:
        assert victim.pid is not None, f"{victim.name} does not run: {victim.reason}"
        os.kill(victim.pid, signal.SIGKILL)
    began = time.monotonic()
    while time.monotonic() - began < _BACK_LIMIT_S:
        pairs = [(running.part(victim.name), victim) for victim in victims]
        if all(now.restarts > before.restarts and now.status == "ready" for now, before in pairs):
            return round(time.monotonic() - began, 2)
        await asyncio.sleep(_LOOK_S)
    raise AssertionError(f"{names} not ready again within {_BACK_LIMIT_S:.0f} s: {[now for now, _ in pairs]}")


async def quiet(bus: Bus) -> None:
    """Wait until no consumer has anything left, seen twice in a row; what stays behind is for the ledger to tell."""
    deadline = time.monotonic() + _QUIET_LIMIT_S
    calm = 0
    while calm < 2 and time.monotonic() < deadline:
        calm = calm + 1 if await backlog(bus) == 0 else 0
        await asyncio.sleep(1.0)


def report(result: Result, running: Running, name: str = "chaos") -> None:
    """Print the result and keep it under ``name``."""
    slowest = max(result.kills, key=lambda each: each.back_s, default=Killed("nothing", 0.0))
    summary = asdict(result) | {
        "at": datetime.now(UTC).isoformat(),
        "offending": [c.problems for c in result.offending],
    }
    print(
        f"{result.phones} phones sent {result.sent} messages, {result.answers} to be answered; {result.cases} cases with "
        f"{result.replies} replies; {len(result.kills)} kills (slowest back: {slowest.part} {slowest.back_s:.1f} s)"
    )
    for chat in result.offending[:_TRACED]:
        print(trace(chat, running))
    for chat in result.offending[_TRACED:]:
        print(f"=== {chat.story.phone}: {chat.problems}")
    print(f"{len(result.offending)} chats differ, seed {result.seed}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(summary, indent=1))


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return the flags that every ledger run knows."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--rate", type=float, default=60.0, help="messages a second of all phones together, at most")
    parser.add_argument("--minutes", type=float, default=0.0, help="write at least this long, kills or not")
    parser.add_argument("--rounds", type=int, default=2, help="how often each part is killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mongo-uri", help="a MongoDB-protocol server in place of the embedded one (never killed)")
    parser.add_argument("--replicas", default=REPLICAS)
    parser.add_argument("--keep", type=Path, help="folder for the instance's data and logs (default: a temporary one)")
    return parser


def environment(args: argparse.Namespace) -> dict[str, str]:
    """Return the environment of the instance."""
    found = {"ISPBOT_REPLICAS": args.replicas}
    return found | ({"ISPBOT_MONGO_URI": args.mongo_uri} if args.mongo_uri else {})


def main() -> int:
    """Run and report; 1 when anything differs."""
    parser = arguments(__doc__)
    parser.add_argument("--parts", help="a,b+c,...: what is killed (default: every part, and both replicas at once)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = args.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with start(place, environment=environment(args)) as running:
            parts = args.parts.split(",") if args.parts else parts_of(running)
            result = asyncio.run(
                run(
                    running, phones=args.phones, seed=args.seed, rate=args.rate, seconds=60 * args.minutes,
                    killer=killing(running, parts, args.rounds),
                )
            )  # fmt: skip
            report(result, running)
    return 1 if result.offending else 0


if __name__ == "__main__":
    sys.exit(main())
