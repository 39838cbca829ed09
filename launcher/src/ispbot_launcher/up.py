"""``./ispbot up``: install, build, start, show where to click, watch until told to stop."""

import asyncio
import os
import signal
import time
from argparse import Namespace
from pathlib import Path
from urllib.parse import urlsplit

from ispbot_launcher import debian, panel, state
from ispbot_launcher.bus_config import write_bus_config
from ispbot_launcher.errors import BAD_USE, LauncherError
from ispbot_launcher.folders import PANEL, DataFolder, data_folder
from ispbot_launcher.pages import Opened, print_page
from ispbot_launcher.parts import SERVICES, Plan, Transport, build_parts
from ispbot_launcher.ports import HOST, ISP, PHONE, Fixed, FreePorts, choose_fixed, is_free
from ispbot_launcher.ports import PANEL as PANEL_PORT
from ispbot_launcher.replicas import VARIABLE as REPLICAS
from ispbot_launcher.replicas import names_of, read_replicas
from ispbot_launcher.secrets_file import BUS_TOKEN, load_or_create
from ispbot_launcher.supervisor import Supervisor
from ispbot_launcher.terminal import Terminal

BUILT_PANEL = "ISPBOT_PANEL_DIST"
_START_LIMIT_S = 120.0
_REFRESH_S = 2.0


def chosen_transport(arguments: Namespace, data: DataFolder) -> Transport:
    """Return demo or real: the flag, else ``ISPBOT_WA_TRANSPORT``, else the remembered choice, else demo; remember it."""
    remembered = data.transport.read_text(encoding="ascii").strip() if data.transport.exists() else ""
    given = os.environ.get("ISPBOT_WA_TRANSPORT") or remembered or Transport.DEMO.value
    try:
        chosen = Transport(given)
    except ValueError:
        raise LauncherError(f'ISPBOT_WA_TRANSPORT is "{given}": use simulated or neonize', code=BAD_USE) from None
    if arguments.real:
        chosen = Transport.REAL
    if arguments.demo:
        chosen = Transport.DEMO
    data.transport.write_text(chosen.value + "\n", encoding="ascii")
    return chosen


def _chosen_ports(arguments: Namespace, data: DataFolder, free: FreePorts) -> dict[Fixed, int]:
    """Return the ports that people use: flag, else environment, else (--auto-ports) the last one or a free one, else fixed."""
    last = state.load(data)
    chosen: dict[Fixed, int] = {}
    for fixed in (PANEL_PORT, PHONE, ISP):
        flag = getattr(arguments, f"{fixed.key}_port")
        before = urlsplit(last.addresses.get(fixed.key, "")).port if last else None
        given = os.environ.get(f"ISPBOT_{fixed.key.upper()}_PORT", "")
        if flag is not None:
            chosen[fixed] = flag
        elif given.isdigit():
            chosen[fixed] = int(given)
        elif arguments.auto_ports:  # the last one again: the demo's settings hold the provider's address
            chosen[fixed] = before if before is not None and is_free(before) else free.take()
        else:
            chosen[fixed] = fixed.default
    return chosen


def make_plan(arguments: Namespace, data: DataFolder) -> Plan:
    """Choose transport and ports, and write the bus configuration. Raises LauncherError when a port is taken."""
    transport, free = chosen_transport(arguments, data), FreePorts()
    ports = _chosen_ports(arguments, data, free)
    choose_fixed(ports if transport is Transport.DEMO else {PANEL_PORT: ports[PANEL_PORT]})
    secrets = load_or_create(data.secrets)
    nats_url, mongo_uri = os.environ.get("ISPBOT_NATS_URL"), os.environ.get("ISPBOT_MONGO_URI")
    bus_port, bus_http, database_port = free.take(), free.take(), free.take()
    if nats_url is None:
        write_bus_config(data, port=bus_port, http_port=bus_http, token=secrets[BUS_TOKEN])
    embedded_uri = f"mongodb://{HOST}:{database_port}/?directConnection=true&retryWrites=false&maxIdleTimeMS=120000"
    replicas = read_replicas(os.environ.get(REPLICAS, ""), SERVICES)
    names = [name for service in SERVICES for name in names_of(service, replicas)]
    return Plan(
        data=data,
        transport=transport,
        secrets=secrets,
        nats_url=nats_url or f"nats://{secrets[BUS_TOKEN]}@{HOST}:{bus_port}",
        mongo_uri=mongo_uri or embedded_uri,
        embedded_bus=bus_port if nats_url is None else None,
        embedded_bus_http=bus_http,
        embedded_database=database_port if mongo_uri is None else None,
        bus_config=data.nats / "server.conf",
        panel_port=ports[PANEL_PORT],
        phone_port=ports[PHONE],
        isp_port=ports[ISP],
        health_ports={name: free.take() for name in names},
        panel_dist=Path(os.environ.get(BUILT_PANEL, PANEL / "dist")),
        replicas=replicas,
    )


class Instance:
    """A running ISPBot and its ``state.json``."""

    def __init__(self, plan: Plan, terminal: Terminal) -> None:
        self.plan = plan
        self.terminal = terminal
        self.was_ready = False
        self.peak_memory = 0
        self.supervisor = Supervisor(
            build_parts(plan), logs=plan.data.logs, say=terminal.event, changed=self.save_state
        )  # fmt: skip
        self._memory = 0
        self._state_refused = False

    @property
    def addresses(self) -> dict[str, str]:
        """Return what can be opened in a browser."""
        found = {"panel": f"http://{HOST}:{self.plan.panel_port}/"}
        if self.plan.transport is Transport.DEMO:
            found["phone"] = f"http://{HOST}:{self.plan.phone_port}/"
            found["isp"] = f"http://{HOST}:{self.plan.isp_port}/"
        return found

    def measure(self) -> int:
        """Return the resident bytes of everything together, the launcher included."""
        self._memory = sum(state.memory_of({"launcher": os.getpid()}).values())
        self.peak_memory = max(self.peak_memory, self._memory)
        return self._memory

    def save_state(self) -> None:
        """Refresh ``state.json``; a full disk is told once and must not stop the watching."""
        try:
            state.save(self.plan.data, self._state())
        except OSError as error:
            if not self._state_refused:
                self.terminal.line("FAIL", "bold red", f"{self.plan.data.state} can not be written: {error.strerror}")
            self._state_refused = True
        else:
            self._state_refused = False

    def _state(self) -> state.State:
        return state.State(
            pid=os.getpid(),
            started_at=self.supervisor.started_at,
            ready=self.was_ready,
            transport=self.plan.transport.value,
            addresses=self.addresses,
            bus_port=self.plan.embedded_bus,
            database_port=self.plan.embedded_database,
            memory=self._memory,
            peak_memory=self.peak_memory,
            parts=state.part_states(self.supervisor),
        )

    async def run(self, began: float) -> int:
        """Start, show the page, watch until a signal comes, stop. Returns the exit code."""
        stop = self._stop_on_signals()
        keeper = asyncio.create_task(self._keep_state())
        starting = asyncio.create_task(self.supervisor.start(_START_LIMIT_S))
        stopped = asyncio.create_task(stop.wait())
        async with self.terminal.waiting(self._waits_for):
            await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            missing = self.supervisor.not_ready()
            self.was_ready = not missing
            memory = self.measure()
            self.save_state()
            opened = Opened(
                self.plan, self.addresses, missing, memory, len(self.supervisor.watches), time.monotonic() - began
            )
            print_page(self.terminal, opened)
            await stopped
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        self.terminal.say("\nStopping (Ctrl-C again to force) ...")
        stopping = time.monotonic()
        await self.supervisor.stop()
        keeper.cancel()
        self.terminal.say(
            f"Stopped in {time.monotonic() - stopping:.1f} s. Peak memory {self.peak_memory / 1e6:.0f} MB."
        )
        return 0

    def _waits_for(self) -> str:
        return f"starting: {', '.join(self.supervisor.not_ready())}"

    def _stop_on_signals(self) -> asyncio.Event:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()

        def asked() -> None:
            if stop.is_set():
                self.supervisor.force.set()
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, asked)
        return stop

    async def _keep_state(self) -> None:
        while True:
            self.measure()
            self.save_state()
            await asyncio.sleep(_REFRESH_S)


def up(arguments: Namespace) -> int:
    """Run ``./ispbot up``."""
    terminal, began = Terminal(), time.monotonic()
    data = data_folder(arguments.data_dir)
    data.create()
    with state.hold(data):
        plan = make_plan(arguments, data)  # before what takes long: a taken port is said at once
        if BUILT_PANEL not in os.environ:
            panel.build(terminal)
        if plan.transport is Transport.REAL:
            debian.libmagic(terminal)
        return asyncio.run(Instance(plan, terminal).run(began))
