"""Loopback ports: the three that people use are fixed, the others are chosen free at every start."""

import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from ispbot_launcher.errors import BAD_USE, LauncherError

HOST = "127.0.0.1"
# Below the system's range for outgoing connections: a part's port is not taken by a neighbour's client while it restarts.
_RANGE = range(18000, 30000)
_LAST = 65535


@dataclass(frozen=True)
class Fixed:
    """A port people know, and how to change it."""

    key: str
    """Its name in flags (--<key>-port), variables (ISPBOT_<KEY>_PORT) and ``state.json``."""
    name: str
    default: int

    @property
    def flag(self) -> str:
        """The flag that changes it."""
        return f"--{self.key}-port"


PANEL = Fixed("panel", "panel", 8080)
PHONE = Fixed("phone", "phone page", 8090)
ISP = Fixed("isp", "demo ISP", 8091)


def _refusal(port: int) -> OSError | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error
        return None


def is_free(port: int) -> bool:
    """Tell whether a loopback port can be listened on now."""
    return _refusal(port) is None


class FreePorts:
    """Hands out free loopback ports, each once."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def take(self) -> int:
        """Return a port that is free now and was not handed out before."""
        for port in random.sample(_RANGE, 2000):
            if port not in self._given and is_free(port):
                self._given.add(port)
                return port
        raise LauncherError("no free port was found between 18000 and 30000 on this machine")


def holder(port: int) -> str | None:
    """Return which process listens on a port, as far as the system tells us."""
    try:
        listeners = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return None
    for connection in listeners:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
            try:
                return f"{psutil.Process(connection.pid).name()}, pid {connection.pid}" if connection.pid else None
            except psutil.Error:
                return f"pid {connection.pid}"
    return None


def choose_fixed(wanted: Mapping[Fixed, int]) -> None:
    """Make sure that each fixed port can be used. Raises LauncherError that names the holder and the flag."""
    chosen: dict[int, Fixed] = {}
    for fixed, port in wanted.items():
        if port in chosen:
            raise LauncherError(f"{fixed.name} and {chosen[port].name} can not both use port {port}", code=BAD_USE)
        chosen[port] = fixed
        if not 0 < port <= _LAST:
            raise LauncherError(f"{port} is no port ({fixed.flag}): choose one from 1024 to {_LAST}", code=BAD_USE)
        refusal = _refusal(port)
        if isinstance(refusal, PermissionError):
            raise LauncherError(
                f"port {port} ({fixed.name}) is only for root: choose one from 1024 to {_LAST} with {fixed.flag} PORT",
                code=BAD_USE,
            )
        if refusal is not None:
            who = holder(port)
            raise LauncherError(
                f"port {port} ({fixed.name}) is in use{f' by {who}' if who else ''}: "
                f"stop that program or choose another port with {fixed.flag} PORT (or --auto-ports for any free ones)",
                code=BAD_USE,
            )
