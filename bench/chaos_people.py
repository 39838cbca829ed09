"""The people of a chaos run: customers who write by a plan, and the agent who answers those that asked for a person."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import httpx

from ispbot_launcher.running import Running
from ispbot_sims.wa_network.client.network import WaNetworkClient

PASSWORD = "Una-clave-larga-7"  # noqa: S105 - of a deployment that lives as long as the run
_PATIENCE_S = 300.0
"""A customer who waits longer than this for an answer has found a lost message."""
_AGAIN_S = 0.3
_LOOK_AT_PHONE_S = 1.0
_LOOK_AT_QUEUE_S = 1.5
_AGENTS = 24
"""Cases that the desk has in hand at once; the others wait in the queue."""
_CROWD = 100
"""Of more phones only the first so many write in long bursts; the others write little, with pauses."""

PACE_WINDOW_S = 30.0
_PACE = 45
"""At most so many messages of one phone within the window: with those that an outage holds back it stays under the budget."""
Plan = tuple[str, ...]
_PLANS: list[Plan] = [("1", "0"), ("1",), ("nota",)]
"""What is written after *menú*: never so that the loop guard takes the customer for a machine, nor misses in a row."""
Result = TypeVar("Result")
Json = dict[str, Any]


class Stuck(Exception):
    """What somebody waited for did not come; the text says what."""


@dataclass(frozen=True)
class Wrote:
    """A message that a phone sent. ``wants`` says what the company owes it."""

    wa_id: str
    text: str
    at: float
    wants: Literal["answer", "silence"]


@dataclass
class Story:
    """What one customer did, the expectation of the ledger."""

    phone: str
    wrote: list[Wrote] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    """Texts of the agent in the order in which the panel accepted them; each is unique."""
    cases: int = 0
    stuck: str | None = None


class Pace:
    """Spaces the messages of all phones together."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the next place."""
        now = time.monotonic()
        self._next = max(now, self._next + self._gap)
        if self._next > now:
            await asyncio.sleep(self._next - now)


class Desk:
    """The agent at the panel's API: tries again with the same keys until the panel answers."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._url = running.panel_url
        self._http = httpx.AsyncClient(base_url=self._url, headers={"Origin": self._url}, timeout=15, trust_env=False)
        self._queue: dict[str, str] = {}
        self._taken: set[str] = set()
        self.repeats = 0
        """Calls made once more because nobody knew how the first try ended."""
        self._looking: asyncio.Task[None] | None = None
        self._agents = asyncio.Semaphore(_AGENTS)

    async def start(self) -> None:
        """Log in, choose the password, switch the bot on and begin to watch the queue."""
        await self.call("POST", "/api/login", {"username": "admin", "password": "admin", "remember": True})
        await self.call("POST", "/api/password", {"current": "admin", "new": PASSWORD})
        mode = await self.call("GET", "/api/mode")
        await self.call("PUT", "/api/mode", {"mode": "COMPLETE", "revision": mode["revision"]})
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Go home."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._http.aclose()

    async def connected(self) -> bool:
        """Tell whether the company's number is linked and online."""
        return bool((await self.call("GET", "/api/whatsapp"))["state"] == "connected")

    async def attend(self, story: Story, texts: list[str], words: asyncio.Future[list[str]]) -> None:
        """Take the customer's case, answer ``texts``, read all their ``words``, close. Raises Stuck."""
        async with self._agents:
            await self._attend(story, texts, words)

    async def _attend(self, story: Story, texts: list[str], words: asyncio.Future[list[str]]) -> None:
        ticket_id = await until(lambda: self._waiting(story.phone), f"the case of {story.phone} in the queue")
        self._taken.add(ticket_id)
        ticket = f"/api/tickets/{ticket_id}"
        await self.call("POST", f"{ticket}/take", fine=frozenset({409}))
        for text in texts:
            client_id = re.sub(r"[^0-9A-Za-z]", "", f"CHAOS{story.phone}{text}")
            await self.call("POST", f"{ticket}/reply", {"client_id": client_id, "text": text})
            story.replies.append(text)
        expected = set(await words)

        async def all_read() -> bool:
            page = await self.call("GET", f"{ticket}/messages?limit=200")
            return expected <= {line["text"] for line in page["messages"]}

        await until(all_read, f"the words of {story.phone} in the case")
        await self.call("POST", f"{ticket}/close", {"comment": "resuelto"}, fine=frozenset({409}))

    async def call(
        self, method: str, path: str, body: Json | None = None, *, fine: frozenset[int] = frozenset()
    ) -> Any:
        """Ask the panel until it answers; ``fine``: refusals that mean an earlier try was done. Raises Stuck."""
        deadline = time.monotonic() + _PATIENCE_S
        last = ""
        while time.monotonic() < deadline:
            try:
                answer = await self._http.request(method, path, json=body)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if answer.is_success:
                    return answer.json() if answer.content else None
                last = f"{answer.status_code} {answer.text[:300]}"
                if answer.status_code in fine:
                    return None
                if answer.status_code < 500:
                    raise Stuck(f"{method} {path}: {last}")
            self.repeats += method != "GET"
            await asyncio.sleep(_AGAIN_S)
        raise Stuck(f"{method} {path}: {last}")

    async def _waiting(self, phone: str) -> str | None:
        ticket_id = self._queue.get(phone)
        return None if ticket_id in self._taken else ticket_id  # a page may be older than the taking

    async def _look(self) -> None:
        while True:
            before = ""
            while True:
                page = await self.call("GET", f"/api/tickets?view=pending{before}")
                for row in page["rows"]:
                    self._queue[re.sub(r"\D", "", row["phone"] or "")] = row["id"]
                if page["next"] is None:
                    break
                before = f"&before={page['next']}"
            await asyncio.sleep(_LOOK_AT_QUEUE_S)


class Customer:
    """One phone: bursts through the menus without waiting, now and then a person; never two plans at once."""

    def __init__(
        self, net: WaNetworkClient, desk: Desk, phone: str, dice: random.Random, *, pace: Pace,
        asks_people: bool, eager: bool, plans: list[Plan],
    ) -> None:  # fmt: skip
        self.story = Story(phone)
        self._net, self._desk, self._dice, self._plans = net, desk, dice, plans
        self._phone = net.phone(phone)
        self._asks_people, self._eager, self._pace = asks_people, eager, pace
        self._number = 0
        self._owed = 0

    async def live(self, go_on: Callable[[], bool]) -> None:
        """Write until ``go_on`` says no; what is begun is finished."""
        try:
            await self._write("hola", "answer")
            await self._answered()
            first = True
            while first or go_on():
                await self._browse()
                if self._asks_people and (first or self._dice.random() < 0.5):
                    await self._ask_a_person()
                first = False
        except Stuck as stuck:
            self.story.stuck = str(stuck)

    async def _browse(self) -> None:
        for words in self._dice.choices(self._plans, k=self._dice.randint(2, 7) if self._eager else 1):
            for word in ("menú", *words):
                await self._write(f"nota {self._next():05d}" if word == "nota" else word, "answer")
            await asyncio.sleep(self._dice.choice([0.0, 0.0, 0.2, 0.6, 1.5]))
        await self._answered()
        if not self._eager:
            await asyncio.sleep(self._dice.uniform(5, 60))

    async def _ask_a_person(self) -> None:
        await self._write("menú", "answer")
        await self._write("asesor", "answer")
        await self._answered()
        self.story.cases += 1
        replies = [f"respuesta {self._next():05d}" for _ in range(self._dice.randint(1, 3))]
        said: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        agent = asyncio.create_task(self._desk.attend(self.story, replies, said))
        words = [f"caso {self._next():05d}" for _ in range(self._dice.randint(1, 4))]
        for text in words:
            await self._write(text, "silence")
            await asyncio.sleep(self._dice.choice([0.0, 0.3, 0.9]))
        said.set_result(words)
        await agent
        self._owed += len(replies) + 1  # and the words that the bot is back
        await self._answered()

    async def _write(self, text: str, wants: Literal["answer", "silence"]) -> None:
        wrote = self.story.wrote
        if len(wrote) >= _PACE and (ago := time.time() - wrote[-_PACE].at) < PACE_WINDOW_S:
            await asyncio.sleep(PACE_WINDOW_S - ago)
        await self._pace.turn()
        wa_id: str = (await self._net.say(self.story.phone, text))["id"]
        self.story.wrote.append(Wrote(wa_id, text, time.time(), wants))
        self._owed += wants == "answer"

    async def _answered(self) -> None:
        await until(
            lambda: _true(len(self._phone.inbox) >= self._owed),
            f"{self._owed} messages on {self.story.phone}",
            _LOOK_AT_PHONE_S,
        )

    def _next(self) -> int:
        self._number += 1
        return self._number


async def _true(value: bool) -> bool:
    return value


async def until(look: Callable[[], Awaitable[Result | None]], what: str, every_s: float = _AGAIN_S) -> Result:
    """Look every so often until something is found and return it. Raises Stuck after the customers' patience."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        found = await look()
        if found:
            return found
        await asyncio.sleep(every_s)
    raise Stuck(f"{what} did not come within {_PATIENCE_S:.0f} s")


def crowd(net: WaNetworkClient, desk: Desk, phones: Mapping[str, bool], seed: int, rate: float) -> list[Customer]:
    """Make the customers; ``phones`` tells of each whether the provider knows it. Every third one asks for people."""
    found = []
    pace = Pace(rate)
    for place, (phone, known) in enumerate(phones.items()):
        plans = [*_PLANS, ("saldo",)] if known else _PLANS
        dice = random.Random(f"{seed}:{phone}")
        found.append(
            Customer(net, desk, phone, dice, pace=pace, asks_people=place % 3 == 0, eager=place < _CROWD, plans=plans)
        )
    return found
