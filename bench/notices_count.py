"""What became of every notice, by its id: what was answered, what the ledger says and what the phones hold must agree."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from bench.notices_burst import MARK, Burst, Plan
from ispbot_launcher.running import Running
from ispbot_runtime.mongo import Document, connect_database
from ispbot_runtime.settings import CommonSettings

_NUMBER = re.compile(rf"{MARK} (\d+)")
_OPEN = ("accepted", "waiting", "sending")
_LEFT = ("sent", "delivered", "read")


@dataclass(frozen=True)
class Row:
    """A line of the ledger."""

    notice_id: str
    number: int
    state: str
    reason: str | None

    @property
    def waits_for_tomorrow(self) -> bool:
        """Tell whether today's budget for strangers was used before its turn came."""
        return (self.state, self.reason) == ("waiting", "cold_budget")

    @property
    def settled(self) -> bool:
        """Tell whether nothing more happens to it today."""
        return self.state not in _OPEN or self.waits_for_tomorrow


@dataclass
class Phones:
    """What the phones heard: whose phone, which notice, how often."""

    heard: Counter[tuple[str, int]] = field(default_factory=Counter)

    def listen(self, event: dict[str, Any]) -> None:
        """Hear what the network tells."""
        if event["type"] == "message" and not event["message"]["mine"]:
            for number in _NUMBER.findall(json.dumps(event["message"], ensure_ascii=False))[:1]:
                self.heard[str(event["phone"]), int(number)] += 1


@asynccontextmanager
async def _notices(running: Running) -> AsyncIterator[AsyncCollection[Document]]:
    client, database = connect_database(CommonSettings(mongo_uri=running.mongo_uri), "crm-adapter")
    try:
        yield database["notices"]
    finally:
        await client.close()


async def open_of(running: Running) -> int:
    """Return how many are not over."""
    async with _notices(running) as notices:
        return await notices.count_documents({"state": {"$in": list(_OPEN)}})


async def rows_of(running: Running) -> list[Row]:
    """Return the whole ledger."""
    async with _notices(running) as notices:
        found = await notices.find({}, {"state": 1, "reason": 1, "text": 1}).to_list()
    return [Row(one["_id"], int(_NUMBER.findall(one["text"])[0]), one["state"], one["reason"]) for one in found]


def problems_of(plan: Plan, burst: Burst, rows: Iterable[Row], phones: Phones, budget: int) -> dict[str, list[int]]:
    """Return what is wrong, by kind, with the numbers of the notices; nothing is wrong when it is empty."""
    ledger = {row.number: row for row in rows}
    asked = set(burst.ids) | {number for number, code in burst.refused.items() if code == "never_answered"}
    heard = {number for _, number in phones.heard}
    strangers = {number for number in heard if number < plan.strangers}
    wanted = min(budget, len([number for number in burst.ids if number < plan.strangers]))
    found = {
        "lost": [n for n, notice_id in burst.ids.items() if n not in ledger or ledger[n].notice_id != notice_id],
        "in the ledger though refused": [n for n in ledger if n not in asked],
        "heard twice": [n for (_, n), times in phones.heard.items() if times > 1],
        "heard by somebody else": [n for phone, n in phones.heard if phone != plan.phone_of(n)],
        "heard though refused": [n for n in heard if n not in asked],
        "sent and not heard": [n for n, row in ledger.items() if row.state in _LEFT and n not in heard],
        "heard and not sent": [n for n in heard if n not in ledger or ledger[n].state not in _LEFT],
        "still open": [n for n, row in ledger.items() if not row.settled],
        "not sent": [n for n, row in ledger.items() if row.settled and row.state not in _LEFT and n >= plan.strangers],
        "strangers beyond the budget": sorted(strangers)[budget:],
        "strangers short of the budget": list(range(wanted - len(strangers))),
        "refused without need": [n for n in burst.refused if not plan.is_unreadable(n)],
        "accepted though unreadable": [n for n in burst.ids if plan.is_unreadable(n)],
        "repetition with another id": list(range(burst.other_id)),
    }
    answered = len(burst.ids) + len(burst.refused)
    return {name: numbers for name, numbers in found.items() if numbers} | (
        {"neither accepted nor refused": [plan.count - answered]} if answered != plan.count else {}
    )
