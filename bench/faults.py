"""Deliver everything twice, and crash every service at every point where it publishes, writes or acknowledges; each time
the same story must end in the same state, with the same messages on the phone, as when nothing went wrong."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pymongo import AsyncMongoClient

from bench.chaos import prepare
from bench.chaos_ledger import backlog
from bench.chaos_people import Desk, Stuck
from bench.chaos_people import until as chaos_until
from bench.faults_plans import crash_plans, halves, named, spread, with_crashes_while_recovering
from bench.faults_record import NotHappened, Record
from bench.faults_state import after_trying_again, counted, differences, each_tried_once, end_state
from bench.faults_story import SAID, Story, Teller
from bench.faulty.points import Faults, Plan
from ispbot_launcher.running import Running, start
from ispbot_runtime.bus import Bus
from ispbot_runtime.mongo import Document
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / ".data" / "bench"
_SETTLE_LIMIT_S = 60.0
_LOOK_S = 0.3
State = dict[str, list[str]]


@dataclass
class Round:
    """One telling of the story under a plan."""

    name: str
    fired: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


@contextmanager
def faulty_instance(folder: Path) -> Iterator[tuple[Running, Faults]]:
    """Start an instance whose services have fault points."""
    faults = Faults(folder / "faults")
    environment = {
        "PYTHONPATH": f"{Path(__file__).parent / 'faulty'}:{ROOT}",
        "ISPBOT_BENCH_FAULTS": str(faults.folder),
    }
    with start(folder, environment=environment) as running:
        yield running, faults


class Bench:
    """Tells stories on one instance and compares how they end."""

    def __init__(self, running: Running, faults: Faults, net: WaNetworkClient, bus: Bus) -> None:
        self._running, self._faults, self._net, self._bus = running, faults, net, bus
        self._record = Record(bus)
        self._desk = Desk(running)
        uri = f"mongodb://127.0.0.1:{running.state.database_port}/?directConnection=true&retryWrites=false"
        self._client: AsyncMongoClient[Document] = AsyncMongoClient(uri, tz_aware=True)
        self._stories = 0
        self.wanted: State = {}
        self._adds: Counter[str] = Counter()
        """What one telling adds to the counters per day."""
        self.told: list[Story] = []

    async def start(self) -> None:
        """Link the number and tell the story undisturbed: how it ends is what all others are compared with."""
        await self._desk.start()
        await link(self._net)
        await chaos_until(self._desk.connected, "the link to WhatsApp")
        await self._record.start()
        before = await counted(self._client)
        story = await self._tell()
        await self._calm()
        self.wanted = await self._state(story)
        self._adds = await counted(self._client) - before

    async def stop(self) -> None:
        """Close what was opened."""
        await self._desk.stop()
        await self._client.close()

    async def round(self, name: str, plan: Plan) -> Round:
        """Tell the story under a plan; it must end as the undisturbed one did."""
        result, began = Round(name), time.monotonic()
        before = await counted(self._client)
        self._faults.write(plan)
        try:
            story = await self._tell()
            result.problems = await self._compare(story, before)
        except (NotHappened, Stuck, TimeoutError) as error:
            result.problems = [f"the story got stuck: {error!r}"]
        result.fired = self._faults.fired()
        self._faults.write(Plan())
        await self._ready()
        result.seconds = round(time.monotonic() - began, 1)
        return result

    async def last_look(self) -> list[str]:
        """Compare all stories once more, so that a late double is seen."""
        await self._calm()
        found = []
        for story in self.told:
            found += [f"story {story.number}: {line}" for line in self._differences(story, await self._state(story))]
        return found

    async def _tell(self) -> Story:
        self._stories += 1
        story = Story(self._stories)
        # the times of earlier visits are free again: each story is offered the same ones
        await self._client["ispbot_scheduler"]["visits"].update_many({}, {"$unset": {"occupies": ""}})
        await Teller(self._net, self._desk, self._record, story).tell()
        return story

    async def _compare(self, story: Story, before: Counter[str]) -> list[str]:
        deadline = asyncio.get_running_loop().time() + _SETTLE_LIMIT_S
        while True:
            await self._calm()
            found = self._differences(story, await self._state(story))
            added = await counted(self._client) - before
            if added != self._adds:
                found.append(f"counted per day: wanted {dict(self._adds)}, found {dict(added)}")
            if not found:
                self.told.append(story)
                return []
            if asyncio.get_running_loop().time() > deadline:
                return found
            await asyncio.sleep(_LOOK_S)

    def _differences(self, story: Story, state: State) -> list[str]:
        if story.again:
            return differences(after_trying_again(self.wanted), after_trying_again(state))
        if story.repeats:
            return differences(each_tried_once(self.wanted), each_tried_once(state))
        return differences(self.wanted, state)

    async def _state(self, story: Story) -> State:
        screen = await self._net.get(f"/api/phones/{story.phone}/chat", limit="500")
        return await end_state(story, messages=self._record.messages(), screen=screen, client=self._client)

    async def _calm(self) -> None:
        async with asyncio.timeout(_SETTLE_LIMIT_S):
            calm = 0
            while calm < 2:
                calm = calm + 1 if await backlog(self._bus) == 0 else 0
                await asyncio.sleep(_LOOK_S)

    async def _ready(self) -> None:
        async with asyncio.timeout(_SETTLE_LIMIT_S):
            while any(part.status != "ready" for part in self._running.services()):
                await asyncio.sleep(_LOOK_S)


async def run(
    running: Running, faults: Faults, *, together: bool, each: int = 1, only: str = "", crashes: int | None = None,
    said: Sequence[str] = SAID,
) -> list[Round]:  # fmt: skip
    """Tell the story under every plan and return how each telling ended; undisturbed the phone gets ``said``, in order.

    Points that are first reached when something goes wrong are crashed too, in one more telling of the same plan; not when
    the number of ``crashes`` is limited. A telling with several crashes that ended in another way is told again by halves, down to the crash that does it.
    """
    rounds: list[Round] = []
    bus = await prepare(running)
    try:
        async with WaNetworkClient(running.phone_url) as net:
            bench = Bench(running, faults, net, bus)
            try:
                await bench.start()
                check_said(bench.wanted, said)
                plans = [
                    ("nothing", Plan()),
                    ("every message once more", Plan(again=True)),
                    ("every first ack lost", Plan(unacknowledged=True)),
                ]
                every = spread(crash_plans(faults.seen(), together=together, each=each, only=only), crashes)
                left = deque([*plans, *((named(plan), plan) for plan in every)])
                known = faults.seen()
                while left:
                    name, plan = left.popleft()
                    rounds.append(await bench.round(name, plan))
                    reached = faults.seen()
                    more = with_crashes_while_recovering(plan, known, reached, only=only)
                    if more and crashes is None:
                        left.append((f"{named(more)} (the last ones while recovering)", more))
                    known = reached
                    print(_line(rounds[-1], left=len(left)), flush=True)
                    if rounds[-1].problems and plan.crash:
                        left.extendleft((named(part), part) for part in halves(plan))
                rounds.append(Round("all stories once more", problems=await bench.last_look()))
            finally:
                await bench.stop()
    finally:
        await bus.stop()
    return rounds


def check_said(state: State, said: Sequence[str]) -> None:
    """Raise AssertionError unless the phone got the pieces of ``said`` in order."""
    left = iter([line for line in state["phone"] if line.startswith("<")])
    missing = [piece for piece in said if not any(piece in line for line in left)]
    if missing:
        raise AssertionError(f"the undisturbed story went wrong before {missing[0]!r}: {state['phone']}")


def _line(done: Round, *, left: int) -> str:
    result = "same" if not done.problems else f"{len(done.problems)} differences"
    told = f"  {result:15} {done.seconds:5.1f} s  {len(done.fired)} crashes, {left} tellings left: {done.name}"
    return told + "".join(f"\n      ! {line[:800]}" for line in done.problems[:20])


def main() -> int:
    """Run and report; 1 when a story ended in another way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--together", action="store_true", help="crash one point of every service in the same telling")
    parser.add_argument("--each", type=int, default=1, help="crash a service so many times in one telling (default: 1)")
    parser.add_argument("--only", default="", help="only points whose name holds this, such as 'tickets write'")
    parser.add_argument("--crashes", type=int, help="at most so many crashing tellings, taken evenly")
    parser.add_argument("--keep", type=Path, help="folder for the instance's data and logs (default: a temporary one)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = args.keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        with faulty_instance(place) as (running, faults):
            rounds = asyncio.run(
                run(running, faults, together=args.together, each=args.each, only=args.only, crashes=args.crashes)
            )
            seen = faults.seen()
    different = [each for each in rounds if each.problems]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "faults.json").write_text(
        json.dumps({"points": seen, "rounds": [each.__dict__ for each in rounds]}, indent=1)
    )
    print(
        f"{len(rounds)} tellings, {sum(len(each.fired) for each in rounds)} crashes, {len(different)} ended differently"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
