"""Some parts of an instance in this process's own supervisor: for measurements of one service alone."""

import os
from argparse import Namespace
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bench import profiled
from ispbot_contracts.settings import BotSettings, CrmSettings, CrmVendor, Section
from ispbot_launcher.folders import DataFolder
from ispbot_launcher.parts import Part, Plan, build_parts
from ispbot_launcher.ports import HOST
from ispbot_launcher.supervisor import Supervisor
from ispbot_launcher.up import make_plan
from ispbot_launcher.watch import Event
from ispbot_runtime.bus import Bus
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_sims.isp.demo_settings import demo_sections
from ispbot_sims.isp.server import DEFAULT_TOKEN
from ispbot_sims.seed import seed_settings

ISP = "demo-isp"
_START_LIMIT_S = 300.0
_FLAGS = dict.fromkeys(("panel_port", "phone_port", "isp_port")) | {"real": False, "demo": True, "auto_ports": True}


@dataclass
class World:
    """Running parts and a bus connection of the bench."""

    plan: Plan
    supervisor: Supervisor
    bus: Bus

    @property
    def isp_url(self) -> str:
        """Address of the demo provider."""
        return f"http://{HOST}:{self.plan.isp_port}"

    def pids(self) -> dict[str, int]:
        """Return the process of each part."""
        return {each.part.name: each.child.pid for each in self.supervisor.watches if each.child is not None}


def plan_of(
    folder: Path, *, replicas: Mapping[str, int], mongo_uri: str | None = None, mongo_prefix: str = "ispbot"
) -> Plan:
    """Return the plan of an instance in ``folder``; ``mongo_prefix`` keeps several on one server apart, one after the other."""
    os.environ["ISPBOT_MONGO_PREFIX"] = mongo_prefix
    os.environ["ISPBOT_REPLICAS"] = ",".join(f"{name}={count}" for name, count in replicas.items())
    if mongo_uri:
        os.environ["ISPBOT_MONGO_URI"] = mongo_uri
    data = DataFolder(folder)
    data.create()
    return make_plan(Namespace(**_FLAGS), data)


@asynccontextmanager
async def running(
    plan: Plan, names: set[str], *, profile: Mapping[str, Path] | None = None, customers: int | None = None,
    vendor: CrmVendor | None = CrmVendor.MIKROWISP,
) -> AsyncIterator[World]:  # fmt: skip
    """Run the named parts while the block lasts, with the demo's settings; ``profile`` runs parts under cProfile.

    ``customers``: how many the demo provider generates; ``vendor`` None: no management system is configured.
    """
    parts = [_profiled(part, (profile or {}).get(part.name)) for part in build_parts(plan) if part.name in names]
    if customers is not None:
        more = ("--generated", str(customers))
        parts = [replace(part, argv=(*part.argv, *more)) if part.name == ISP else part for part in parts]
    supervisor = Supervisor(parts, logs=plan.data.logs, say=_complain)
    config = CommonSettings(
        nats_url=plan.nats_url, mongo_uri=plan.mongo_uri, secret_key=plan.secrets["ISPBOT_SECRET_KEY"]
    )
    try:
        await supervisor.start(_START_LIMIT_S)
        missing = supervisor.not_ready()
        assert not missing, f"not ready: {missing}"
        bus = Bus(config, "bench")
        await bus.connect()
        try:
            world = World(plan, supervisor, bus)
            await _settle(world, vendor)
            yield world
        finally:
            await bus.stop()
    finally:
        await supervisor.stop()


async def _settle(world: World, vendor: CrmVendor | None) -> None:
    """Write the demo's settings, with a loop guard that takes no load for a machine."""
    store = settings_of(world)
    sections = demo_settings(world, vendor or CrmVendor.MIKROWISP)
    if vendor is None:
        sections = [section for section in sections if not isinstance(section, CrmSettings)]
    await seed_settings(store, sections)
    guard = BotSettings(reply_budget=100, same_reply_max=10, reply_budget_window_s=30)
    await store.write(guard, revision=(await store.read(BotSettings)).revision)


def settings_of(world: World) -> SettingsStore:
    """Return the instance's settings."""
    return SettingsStore(world.bus, Cipher(world.plan.secrets["ISPBOT_SECRET_KEY"]))


def demo_settings(world: World, vendor: CrmVendor) -> list[Section]:
    """Return the demo's settings with this management system."""
    today = date.today()  # noqa: DTZ011 - the demo provider's own calendar
    return demo_sections(isp_url=world.isp_url, token=DEFAULT_TOKEN, groups={}, today=today, vendor=vendor)


def _profiled(part: Part, file: Path | None) -> Part:
    if file is None:
        return part
    python, _, module = part.argv
    return replace(part, argv=(python, str(Path(profiled.__file__)), module, str(file)))


def _complain(event: Event) -> None:
    if event.what.value not in {"ready", "back"}:
        print(f"  {event.text}", flush=True)
