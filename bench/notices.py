"""Notices pushed at once while phones chat: accepted or refused, none lost or doubled by kills, replies not delayed."""

import argparse
import asyncio
import hashlib
import json
import re
import secrets
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from bench.chaos import kill
from bench.latency import RESULTS, WORDS, Drain, Load, Step, step
from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import BotSettings, NoticeIntegration, NoticeSettings, Section, SendingSettings
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.mongo import connect_database
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

_MARK = "Aviso de prueba"
_AT_ONCE = 64
_TRIES = 60
_WARM_UP_RATE = 8.0
_RECIPIENTS = 200
_NUMBER = re.compile(rf"{_MARK} (\d+)")
_OPEN = ("accepted", "waiting", "sending")


@dataclass(frozen=True)
class Result:
    """What was pushed, what became of it, and what it cost the customers who chatted."""

    pushed: int
    accepted: int
    refused: dict[str, int]
    repeated: int
    push_s: float
    states: dict[str, int]
    on_phones: int
    doubled: int
    lost: int
    kills: dict[str, float]
    p95_alone_ms: float
    p95_burst_ms: float
    ratio: float
    unanswered: int


class Burst:
    """Pushes notices as a management system does that repeats what it got no answer to."""

    def __init__(self, url: str, token: str, count: int) -> None:
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}
        self._left = list(range(count))
        self.ids: dict[int, str] = {}
        self.refused: Counter[str] = Counter()
        self.repeated = 0

    async def run(self) -> float:
        """Push everything; returns how many seconds that took."""
        began = time.monotonic()
        limits = httpx.Limits(max_connections=_AT_ONCE)
        async with httpx.AsyncClient(timeout=20, limits=limits, headers=self._headers) as http:
            await asyncio.gather(*(self._worker(http) for _ in range(_AT_ONCE)))
        return round(time.monotonic() - began, 1)

    async def _worker(self, http: httpx.AsyncClient) -> None:
        while self._left:
            await self._push(http, self._left.pop())

    async def _push(self, http: httpx.AsyncClient, number: int) -> None:
        form = {"to": phone_of(number), "message": f"{_MARK} {number}"}
        for _ in range(_TRIES):
            try:
                answer = await http.post(self._url, data=form)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == httpx.codes.OK:
                self.ids[number] = answer.json()["id"]
                return
            self.repeated += 1
            if answer is not None and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.refused[answer.json()["code"]] += 1
                return
            await asyncio.sleep(1.0)
        self.refused["no_answer"] += 1


def phone_of(number: int) -> str:
    """Return whom a notice is for: phones that wrote once, since the budget for strangers is a thousand a day at most."""
    return f"54935180{number % _RECIPIENTS:05d}"


async def prepare(running: Running, token: str) -> None:
    """Take the brakes off, so that the run ends: what is measured is the machine, not the human pacing."""
    bus = Bus(CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key), "bench")
    await bus.connect()
    store = SettingsStore(bus, Cipher(running.secret_key))
    integration = NoticeIntegration(
        integration_id="bench",
        name="Bench",
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        created_at=utc_now(),
    )
    values: list[Section] = [
        SendingSettings(
            show_typing=False, max_per_second=1000, mark_read=False, notices_per_minute=6000, cold_per_day=1000, quiet_hours=False
        ),
        BotSettings(reply_budget=100, same_reply_max=10, reply_budget_window_s=30),
        NoticeSettings(integrations=[integration], quiet_hours=False),
    ]  # fmt: skip
    for value in values:
        await store.write(value, revision=(await store.read(type(value))).revision)
    await bus.stop()


async def states(running: Running) -> dict[str, int]:
    """Return how many notices are in each state."""
    client, database = connect_database(CommonSettings(mongo_uri=running.mongo_uri), "crm-adapter")
    group: list[dict[str, Any]] = [{"$group": {"_id": "$state", "n": {"$sum": 1}}}]
    found = await (await database["notices"].aggregate(group)).to_list()
    await client.close()
    return {one["_id"]: int(one["n"]) for one in found}


async def settled(running: Running, limit_s: float, goal: int) -> dict[str, int]:
    """Wait until every accepted notice is in the ledger and as many as can be have left, or the time is over."""
    deadline = time.monotonic() + limit_s
    while True:
        now = await states(running)
        if time.monotonic() > deadline or sum(now.values()) - sum(now.get(state, 0) for state in _OPEN) >= goal:
            return now
        await asyncio.sleep(3.0)


async def measure(running: Running, args: argparse.Namespace) -> Result:
    """Chat alone, chat under the burst, kill, count."""
    token = secrets.token_urlsafe(32)
    await prepare(running, token)
    heard: Counter[str] = Counter()
    chatting = [f"549351700{number:04d}" for number in range(args.chats)]
    async with WaNetworkClient(running.phone_url) as net:
        await link(net)
        load, drain = Load(net, chatting), Drain(running)

        def listen(event: dict[str, Any]) -> None:
            if event["type"] == "message" and not event["message"]["mine"]:
                heard.update(_NUMBER.findall(json.dumps(event["message"], ensure_ascii=False))[:1])

        net.listen(listen)
        await step(load, drain, _WARM_UP_RATE, args.chats / _WARM_UP_RATE, ["hola"])
        customers = Load(net, [phone_of(number) for number in range(_RECIPIENTS)])
        await step(customers, drain, _WARM_UP_RATE, _RECIPIENTS / _WARM_UP_RATE, ["hola"])
        alone = await step(load, drain, args.rate, args.seconds, WORDS)
        address = f"http://127.0.0.1:{running.part('crm-adapter').port}/gw/send"
        burst = Burst(address, token, args.notices)
        pushing = asyncio.create_task(burst.run())
        under = await load.run(args.rate, args.seconds, WORDS)
        kills = {} if args.no_kills else {name: await kill(running, name) for name in ("crm-adapter", "gateway-wa")}
        push_s = await pushing
        final = await settled(running, args.limit_s, min(args.goal or args.notices, len(burst.ids)))
    return result_of(args.notices, burst, push_s, final, heard, kills, alone, under)


def result_of(
    pushed: int, burst: Burst, push_s: float, final: dict[str, int], heard: Counter[str], kills: dict[str, float],
    alone: Step, under: Step,
) -> Result:  # fmt: skip
    """Put the figures together. Lost: accepted, and not in the ledger."""
    return Result(
        pushed=pushed, accepted=len(burst.ids), refused=dict(burst.refused), repeated=burst.repeated, push_s=push_s, states=final,
        on_phones=len(heard), doubled=sum(count - 1 for count in heard.values()),
        lost=len(set(burst.ids.values())) - sum(final.values()), kills=kills, p95_alone_ms=alone.p95_ms,
        p95_burst_ms=under.p95_ms, ratio=round(under.p95_ms / alone.p95_ms, 2), unanswered=under.left_behind,
    )  # fmt: skip


async def main() -> int:
    """Measure and print; 1 when a notice was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--goal", type=int, help="end when so many have left (default: all)")
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second of the phones that chat")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--limit-s", type=float, default=600.0, help="end at the latest so long after the last push")
    parser.add_argument("--no-kills", action="store_true")
    parser.add_argument("--mongo-uri", help="a MongoDB-protocol server in place of the embedded one")
    args = parser.parse_args()
    environment = {"ISPBOT_NOTICE_WINDOW": "200"} | ({"ISPBOT_MONGO_URI": args.mongo_uri} if args.mongo_uri else {})
    with tempfile.TemporaryDirectory() as folder, start(Path(folder), environment=environment) as running:
        result = await measure(running, args)
    Console(width=140).print(asdict(result))
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "notices.json").write_text(json.dumps(asdict(result) | {"at": datetime.now(UTC).isoformat()}, indent=1))
    return 1 if result.lost or result.doubled else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
