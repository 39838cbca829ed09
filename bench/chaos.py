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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bench.chaos_ledger import Chat, backlog, check, collect, trace
from bench.chaos_people import PACE_WINDOW_S, Desk, crowd, until
from ispbot_contracts.settings import BotSettings, SendingSettings
from ispbot_launcher.parts import BUS, DATABASE, SERVICES
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
PARTS = (*SERVICES, BUS, DATABASE)
_BACK_LIMIT_S = 120.0
_QUIET_LIMIT_S = 120.0
_LOOK_S = 0.1
_STRANGER = "5493515559999"


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


async def run(
    running: Running, *, phones: int, seed: int, parts: Sequence[str] = PARTS, rounds: int = 1, seconds: float = 0.0
) -> Result:
    """Let ``phones`` write while each of ``parts`` is killed ``rounds`` times and ``seconds`` pass; return the ledger."""
    dice = random.Random(seed)
    bus = await prepare(running)
    desk = Desk(running)
    try:
        async with WaNetworkClient(running.phone_url) as net:
            await desk.start()
            await link(net)
            await until(desk.connected, "the link to WhatsApp")
            customers = crowd(net, desk, choose_phones(phones), seed)
            deadline = time.monotonic() + seconds
            killer = asyncio.create_task(kill_all(running, parts, rounds, dice))
            living = [
                asyncio.create_task(each.live(lambda: not killer.done() or time.monotonic() < deadline))
                for each in customers
            ]
            kills = await killer
            await asyncio.gather(*living)
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
        found[known[place // 2] if customer else f"549351700{place:04d}"] = customer
    return found


async def kill_all(running: Running, parts: Sequence[str], rounds: int, dice: random.Random) -> list[Killed]:
    """Kill each part once per round, in a new order each time, the next one when the last is ready again."""
    await asyncio.sleep(dice.uniform(2.0, 4.0))
    kills = []
    for _ in range(rounds):
        for name in dice.sample(list(parts), len(parts)):
            kills.append(Killed(name, await kill(running, name)))
            print(f"  killed {name}, ready again after {kills[-1].back_s:.1f} s", flush=True)
            await asyncio.sleep(dice.uniform(0.5, 3.0))
    return kills


async def kill(running: Running, name: str) -> float:
    """Kill a part with SIGKILL, wait until the supervisor has it ready again; return how long that took (seconds)."""
    victim = running.part(name)
    assert victim.pid is not None, f"{name} does not run: {victim.reason}"
    os.kill(victim.pid, signal.SIGKILL)
    began = time.monotonic()
    while time.monotonic() - began < _BACK_LIMIT_S:
        now = running.part(name)
        if now.restarts > victim.restarts and now.status == "ready":
            return round(time.monotonic() - began, 2)
        await asyncio.sleep(_LOOK_S)
    raise AssertionError(f"{name} was not ready again within {_BACK_LIMIT_S:.0f} s: {running.part(name)}")


async def quiet(bus: Bus) -> None:
    """Wait until no consumer has anything left, seen twice in a row; what stays behind is for the ledger to tell."""
    deadline = time.monotonic() + _QUIET_LIMIT_S
    calm = 0
    while calm < 2 and time.monotonic() < deadline:
        calm = calm + 1 if await backlog(bus) == 0 else 0
        await asyncio.sleep(1.0)


def report(result: Result, running: Running) -> None:
    """Print and keep the result."""
    slowest = max(result.kills, key=lambda each: each.back_s)
    summary = asdict(result) | {
        "at": datetime.now(UTC).isoformat(),
        "offending": [c.problems for c in result.offending],
    }
    print(
        f"{result.phones} phones sent {result.sent} messages, {result.answers} to be answered; {result.cases} cases with "
        f"{result.replies} replies; {len(result.kills)} kills (slowest back: {slowest.part} {slowest.back_s:.1f} s)"
    )
    for chat in result.offending:
        print(trace(chat, running))
    print(f"{len(result.offending)} chats differ, seed {result.seed}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "chaos.json").write_text(json.dumps(summary, indent=1))


def main() -> int:
    """Run and report; 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=0.0, help="write at least this long, kills or not")
    parser.add_argument("--rounds", type=int, default=2, help="how often each part is killed")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the instance's data and logs (default: a temporary one)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = args.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with start(place) as running:
            result = asyncio.run(
                run(
                    running,
                    phones=args.phones,
                    seed=args.seed,
                    parts=args.parts.split(","),
                    rounds=args.rounds,
                    seconds=60 * args.minutes,
                )
            )
            report(result, running)
    return 1 if result.offending else 0


if __name__ == "__main__":
    sys.exit(main())
