"""Which processes make up ISPBot, as data: what is started, with which environment, and how it says that it is ready."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path

from ispbot_launcher.folders import ENVIRONMENT_BIN, DataFolder
from ispbot_launcher.ports import HOST
from ispbot_launcher.replicas import names_of
from ispbot_launcher.secrets_file import SETTINGS_KEY


class Layer(IntEnum):
    """Lower layers stop last."""

    BUS = 0
    DATABASE = 1
    STAND_IN = 2
    SERVICE = 3


class Ready(StrEnum):
    """How a part says that it is ready."""

    HTTP = "http"
    """``ready_path`` answers 200."""
    PORT = "port"
    """Its port accepts connections."""
    EXIT = "exit"
    """It does one thing and ends with 0."""


class Checkup(StrEnum):
    """How a part that is ready is asked whether it still stores what it is given."""

    BUS = "bus"
    DATABASE = "database"


@dataclass(frozen=True)
class Part:
    """One process."""

    name: str
    argv: tuple[str, ...]
    layer: Layer
    ready: Ready
    port: int = 0
    ready_path: str = "/readyz"
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the launcher's own environment."""
    after: tuple[str, ...] = ()
    """Parts that must be ready before this one is started; names that are not part of the start are ignored."""
    checkup: Checkup | None = None


class Transport(StrEnum):
    """How gateway-wa reaches WhatsApp; the values are those of ISPBOT_WA_TRANSPORT."""

    DEMO = "simulated"
    REAL = "neonize"


BUS_HEALTH = "/healthz"
BUS, DATABASE, NETWORK = "nats", "database", "phone-network"
SERVICES = ("gateway-wa", "router", "crm-adapter", "tickets", "scheduler", "ai", "panel-api")


@dataclass(frozen=True)
class Plan:
    """Everything a start needs to know; ports are chosen already."""

    data: DataFolder
    transport: Transport
    secrets: Mapping[str, str]
    nats_url: str
    """Holds the token."""
    mongo_uri: str
    embedded_bus: int | None
    """Client port of our own JetStream server, None when ``ISPBOT_NATS_URL`` names another."""
    embedded_bus_http: int
    embedded_database: int | None
    """Port of the embedded database, None when ``ISPBOT_MONGO_URI`` names another."""
    bus_config: Path
    panel_port: int
    phone_port: int
    isp_port: int
    health_ports: Mapping[str, int]
    panel_dist: Path
    replicas: Mapping[str, int] = field(default_factory=dict)
    """Processes per service, one when not named."""

    @property
    def service_names(self) -> dict[str, str]:
        """The part name of every service process, and which service it is."""
        return {name: service for service in SERVICES for name in names_of(service, self.replicas)}


def _service_env(plan: Plan, name: str) -> dict[str, str]:
    return {
        **_python_env(),
        SETTINGS_KEY: plan.secrets[SETTINGS_KEY],
        "ISPBOT_NATS_URL": plan.nats_url,
        "ISPBOT_MONGO_URI": plan.mongo_uri,
        "ISPBOT_DATA_DIR": str(plan.data.root),
        "ISPBOT_HTTP_HOST": HOST,
        "ISPBOT_HTTP_PORT": str(plan.panel_port if name == "panel-api" else plan.health_ports[name]),
        "ISPBOT_WA_TRANSPORT": plan.transport.value,
        "ISPBOT_WA_NETWORK_URL": f"http://{HOST}:{plan.phone_port}",
        # Read by neonize's Go half at exec only: without it customers see an "IA" badge on every message.
        "NEONIZE_BOT_TAG": "off",
        "ISPBOT_PANEL_DIST": str(plan.panel_dist),
        "ISPBOT_PUSH_URL": f"http://{HOST}:{plan.health_ports['crm-adapter']}/gw/send",
    }


def _python_env() -> dict[str, str]:
    # Threads of Go and Python libraries each get an arena otherwise: 30-60 MB more per process for nothing.
    return {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


def _bus(plan: Plan) -> Part:
    return Part(
        name=BUS,
        argv=(str(ENVIRONMENT_BIN / "nats-server"), "-c", str(plan.bus_config)),
        layer=Layer.BUS,
        ready=Ready.HTTP,
        port=plan.embedded_bus_http,
        ready_path=BUS_HEALTH,
        checkup=Checkup.BUS,
    )


def _database(plan: Plan, port: int) -> Part:
    # --sync-on-commit: without it a killed database lost about 20 acknowledged writes, with it none.
    return Part(
        name=DATABASE,
        argv=(
            str(ENVIRONMENT_BIN / "secantusd-py"), "--host", HOST, "--port", str(port),
            "--storage-path", str(plan.data.mongo), "--sync-on-commit", "--cache-size", "256M",
        ),
        layer=Layer.DATABASE,
        ready=Ready.PORT,
        port=port,
        env=_python_env(),
        checkup=Checkup.DATABASE,
    )  # fmt: skip


def _service(plan: Plan, name: str, service: str) -> Part:
    env = _service_env(plan, name)
    return Part(
        name=name,
        argv=(sys.executable, "-m", f"ispbot_{service.replace('-', '_')}"),
        layer=Layer.SERVICE,
        ready=Ready.HTTP,
        port=int(env["ISPBOT_HTTP_PORT"]),
        env=env,
        after=(BUS, DATABASE),
    )


def _stand_in(name: str, module: str, port: int, *arguments: str) -> Part:
    return Part(
        name=name,
        argv=(sys.executable, "-m", f"ispbot_sims.{module}", "--host", HOST, "--port", str(port), *arguments),
        layer=Layer.STAND_IN,
        ready=Ready.HTTP,
        port=port,
        ready_path="/healthz",
        env=_python_env(),
    )


def _seed(plan: Plan) -> Part:
    isp, network = f"http://{HOST}:{plan.isp_port}", f"http://{HOST}:{plan.phone_port}"
    return Part(
        name="demo-seed",
        argv=(sys.executable, "-m", "ispbot_sims.seed", "--isp-url", isp, "--network-url", network),
        layer=Layer.STAND_IN,
        ready=Ready.EXIT,
        env=_service_env(plan, "router"),
        after=(BUS, NETWORK),
    )


def _demo(plan: Plan) -> list[Part]:
    return [
        _stand_in(NETWORK, "wa_network", plan.phone_port, "--data-dir", str(plan.data.network)),
        _stand_in("demo-isp", "isp", plan.isp_port),
        _seed(plan),
    ]


def build_parts(plan: Plan) -> tuple[Part, ...]:
    """Return the parts of a start: own bus and database unless others are named, the stand-ins in demo mode, the services."""
    parts: list[Part] = []
    if plan.embedded_bus is not None:
        parts.append(_bus(plan))
    if plan.embedded_database is not None:
        parts.append(_database(plan, plan.embedded_database))
    if plan.transport is Transport.DEMO:
        parts.extend(_demo(plan))
    parts.extend(_service(plan, name, service) for name, service in plan.service_names.items())
    return tuple(parts)
