"""One process of one service: connect, wire, run until told to stop, drain, close."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pymongo
import uvicorn
import uvloop
from pymongo.errors import PyMongoError
from starlette.types import ASGIApp, Receive, Scope, Send

from ispbot_contracts.settings import Section
from ispbot_runtime.beat import Beat
from ispbot_runtime.bus import Bus
from ispbot_runtime.health import Health
from ispbot_runtime.logs import configure_logging, get_logger
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database, connect_database
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore, SettingsWatch
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

_DATABASE_CHECK_S = 5.0
_DATABASE_ANSWER_S = 4.0
"""A server that hangs is as good as away, and told so long before an operation gives up."""
_DRAIN_LIMIT_S = 20.0


class _QuietServer(uvicorn.Server):
    """Leaves the signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


@dataclass
class Service:
    """What a service's ``bootstrap`` wires together."""

    name: str
    config: CommonSettings
    bus: Bus
    database: Database
    settings: SettingsStore
    watch: SettingsWatch
    media: MediaStore
    health: Health
    app: ASGIApp | None = None
    """Served in place of the bare health app; it must include ``health.routes()``."""
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _drainers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    _closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    def background(self, work: Awaitable[Any], name: str) -> None:
        """Run ``work`` for the life of the process; its failure ends the process (the supervisor restarts it)."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)

        def done(finished: asyncio.Future[Any]) -> None:
            self._tasks.discard(task)
            if not finished.cancelled() and finished.exception() is not None:
                log.error("background_failed", task=name, exc_info=finished.exception())
                self.fail(f"background task {name} failed")

        task.add_done_callback(done)

    def before_close(self, drainer: Callable[[], Awaitable[None]]) -> None:
        """Call ``drainer`` while the bus is still up (to hand over a lease), last registered first."""
        self._drainers.append(drainer)

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Call ``closer`` after the bus has drained, last registered first."""
        self._closers.append(closer)

    def fail(self, reason: str) -> None:
        """End this process with an error."""
        self.health.checks["failed"] = lambda: reason
        self._stop.set()


Bootstrap = Callable[[Service], Awaitable[None]]


async def _watch_database(service: Service, state: dict[str, str | None]) -> None:
    while True:
        try:
            with pymongo.timeout(_DATABASE_ANSWER_S):
                # a question, not a ping: a database that stores nothing any more still answers those
                await service.database["checkup"].find_one({"_id": 0})
            state["reason"] = None
        except PyMongoError as error:
            state["reason"] = f"{type(error).__name__}"
        await asyncio.sleep(_DATABASE_CHECK_S)


async def _serve(config: CommonSettings, name: str, sections: tuple[type[Section], ...], bootstrap: Bootstrap) -> int:
    bus = Bus(config, name)
    client, database = connect_database(config, name)
    cipher = Cipher(config.secret_key.get_secret_value())
    store = SettingsStore(bus, cipher)
    health = Health(name)
    service = Service(
        name=name, config=config, bus=bus, database=database, settings=store, watch=SettingsWatch(store, bus),
        media=MediaStore(bus), health=health,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service._stop.set)  # noqa: SLF001 - same module
    beat = Beat(bus, health)
    beat.watch()
    bus.on_closed(lambda: service.fail("bus connection closed"))
    database_state: dict[str, str | None] = {"reason": None}
    health.checks["database"] = lambda: database_state["reason"]
    health.limits["media_store"] = service.media.problem

    async def start() -> None:
        await bus.connect()
        beat.watch_backlog()
        service.background(beat.run(), "beat")
        service.before_close(beat.leave)
        await service.watch.start(*sections)
        await bootstrap(service)
        await bus.start()
        service.background(_watch_database(service, database_state), "watch_database")
        health.started = True
        log.info("service_ready")

    only_health = health.app()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (service.app if service.app is not None and health.started else only_health)(scope, receive, send)

    server = _QuietServer(
        uvicorn.Config(
            app, host=config.http_host, port=config.http_port, log_config=None, access_log=False, lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )  # fmt: skip
    starting = asyncio.create_task(start())
    stop_wanted = asyncio.create_task(service._stop.wait())  # noqa: SLF001 - same module
    serving = asyncio.create_task(server.serve())
    await asyncio.wait({starting, stop_wanted}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done() and starting.exception() is None and not service._stop.is_set():  # noqa: SLF001 - same module
        await asyncio.wait({stop_wanted, serving}, return_when=asyncio.FIRST_COMPLETED)
    error = starting.exception() if starting.done() and not starting.cancelled() else None
    if error is not None:
        log.error("service_start_failed", exc_info=error)
    log.info("service_stopping")
    starting.cancel()
    stop_wanted.cancel()
    server.should_exit = True
    await _close(service, serving, client.close)
    failed = error is not None or "failed" in health.checks
    log.info("service_stopped", failed=failed)
    return 1 if failed else 0


async def _close(service: Service, serving: asyncio.Task[None], close_database: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(_DRAIN_LIMIT_S):
            await serving
            for drainer in reversed(service._drainers):  # noqa: SLF001 - same module
                await drainer()
            if service.bus.connected:
                await service.bus.stop()
            await service.watch.stop()
            for closer in reversed(service._closers):  # noqa: SLF001 - same module
                await closer()
    except TimeoutError:
        log.error("service_drain_timed_out", limit_s=_DRAIN_LIMIT_S)
    await cancel_all(tuple(service._tasks))  # noqa: SLF001 - same module
    await close_database()


def run(name: str, *sections: type[Section], bootstrap: Bootstrap, config: CommonSettings | None = None) -> None:
    """Run a service's process to its end: ``sections`` are the settings it follows."""
    config = config or CommonSettings()
    configure_logging(name, config.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_serve(config, name, sections, bootstrap))
    sys.exit(code)
