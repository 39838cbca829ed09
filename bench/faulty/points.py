"""The points where a service can be crashed, and ways to deliver everything twice; put into a service from outside.

A point is named by what is done there: ``publish message_received``, ``ack router-conversation-wa message_received``,
``write sessions.update_one``, ``put media``; each has a ``before`` and an ``after``. A crash is ``os._exit``: nothing that
stands after the point runs. The plan is a file, read anew whenever it changes.
"""

import functools
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nats.aio.msg import Msg
from nats.js.object_store import ObjectStore
from pymongo.asynchronous.collection import AsyncCollection

from ispbot_runtime.bus import Bus
from ispbot_runtime.delivery import Delivery

CRASHED = 137
_WRITES = (
    "insert_one",
    "insert_many",
    "update_one",
    "update_many",
    "replace_one",
    "delete_one",
    "delete_many",
    "bulk_write",
)
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9]+")


@dataclass
class Plan:
    """What goes wrong. ``again``: a handled message is delivered once more; ``unacknowledged``: its first ack is lost."""

    crash: dict[str, list[str]] = field(default_factory=dict)
    """Service to points, each fired once."""
    again: bool = False
    unacknowledged: bool = False


class Faults:
    """The folder through which a run and its services speak."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "seen").mkdir(parents=True, exist_ok=True)
        (folder / "fired").mkdir(exist_ok=True)

    def write(self, plan: Plan) -> None:
        """Put a plan in force, in one step; points that fired before may fire again."""
        for fired in (self.folder / "fired").iterdir():
            fired.unlink()
        fresh = self.folder / "plan.new"
        fresh.write_text(json.dumps(plan.__dict__), encoding="utf-8")
        fresh.replace(self.folder / "plan.json")

    def fired(self) -> list[str]:
        """Return the points that crashed a service since the plan was written."""
        return sorted(path.read_text(encoding="utf-8") for path in (self.folder / "fired").iterdir())

    def seen(self) -> dict[str, list[str]]:
        """Return every point that was reached, by service, in the order of first reaching."""
        return {
            path.name: list(dict.fromkeys(path.read_text(encoding="utf-8").splitlines()))
            for path in sorted((self.folder / "seen").iterdir())
        }


class Points:
    """The points of one process."""

    def __init__(self, faults: Faults, service: str) -> None:
        self._faults = faults
        self._service = service
        self._seen: set[str] = set()
        self._stamp = 0
        self._plan = Plan()
        self._unacknowledged: set[str] = set()

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        path = self._faults.folder / "plan.json"
        try:
            stamp = path.stat().st_mtime_ns
        except FileNotFoundError:
            return self._plan
        if stamp != self._stamp:
            self._plan, self._stamp = Plan(**json.loads(path.read_text(encoding="utf-8"))), stamp
        return self._plan

    def reach(self, point: str) -> None:
        """Note the point; end the process here when the plan says so and it did not happen yet."""
        if point not in self._seen:
            self._seen.add(point)
            with (self._faults.folder / "seen" / self._service).open("a", encoding="utf-8") as seen:
                seen.write(f"{point}\n")
        if point in self.plan.crash.get(self._service, ()):
            name = _NOT_A_NAME.sub("-", f"{self._service} {point}")
            try:
                with (self._faults.folder / "fired" / name).open("x", encoding="utf-8") as fired:
                    fired.write(f"{self._service}: {point}")
            except FileExistsError:
                return
            os._exit(CRASHED)

    def first_ack(self, msg: Msg) -> bool:
        """Tell whether this message is acknowledged for the first time in this process."""
        key = f"{msg.metadata.consumer}:{msg.metadata.sequence.stream}"
        first = key not in self._unacknowledged
        self._unacknowledged.add(key)
        return first


def install(folder: str, service: str) -> None:
    """Put the points into this process."""
    points = Points(Faults(Path(folder)), service)
    _around(points, Bus, "_publish", lambda _bus, _subject, _body, _headers, label: f"publish {label}")
    for verb in ("nak", "term"):
        _around(points, Msg, verb, functools.partial(_settling, verb))
    _around_ack(points)
    for method in _WRITES:
        _around(points, AsyncCollection, method, functools.partial(_writing, method))
    _around(points, ObjectStore, "put", lambda *_, **__: "put media")
    _deliver_again(points)


def _settling(verb: str, msg: Msg, *_: object, **__: object) -> str:
    durable = re.sub(r"-(p\d+|a|b)$", "", msg.metadata.consumer)
    return f"{verb} {durable} {msg.subject.split('.')[2]}"


def _writing(method: str, collection: AsyncCollection[Any], *_: object, **__: object) -> str:
    return f"write {collection.name}.{method}"


def _around(points: Points, owner: type, method: str, name: Callable[..., str]) -> None:
    done = getattr(owner, method)

    @functools.wraps(done)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        point = name(*args, **kwargs)
        points.reach(f"{point} before")
        result = await done(*args, **kwargs)
        points.reach(f"{point} after")
        return result

    setattr(owner, method, wrapped)


def _around_ack(points: Points) -> None:
    done, refuse = Msg.ack, Msg.nak

    async def ack(msg: Msg) -> None:
        point = _settling("ack", msg)
        points.reach(f"{point} before")
        if points.plan.unacknowledged and points.first_ack(msg):
            await refuse(msg)
            return
        await done(msg)
        if f"{point} after" in points.plan.crash.get(points._service, ()):  # noqa: SLF001 - same module
            await msg._client.flush()  # noqa: SLF001 - "after" means that the server has it
        points.reach(f"{point} after")

    Msg.ack = ack  # type: ignore[method-assign,assignment]


def _deliver_again(points: Points) -> None:
    done = Delivery.deliver

    async def deliver(delivery: Delivery, msg: Msg) -> float | None:
        delay = await done(delivery, msg)
        if delay is None and points.plan.again:
            return await done(delivery, replace(msg, _ackd=False))
        return delay

    Delivery.deliver = deliver  # type: ignore[method-assign,assignment]
