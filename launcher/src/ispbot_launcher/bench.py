"""``./ispbot bench <name>``: runs a measurement of ``bench/``."""

import subprocess
import sys
from argparse import Namespace

from ispbot_launcher.errors import BAD_USE, LauncherError
from ispbot_launcher.folders import REPOSITORY


def benches() -> list[str]:
    """Return the names of the measurements: the modules of ``bench/`` that can be run."""
    modules = (REPOSITORY / "bench").glob("*.py")
    return sorted(module.stem for module in modules if "__main__" in module.read_text(encoding="utf-8"))


def bench(arguments: Namespace) -> int:
    """Run one measurement; its arguments are passed on."""
    known = benches()
    if arguments.name not in known:
        raise LauncherError(f"choose a measurement: {', '.join(known) or 'none is here'}", code=BAD_USE)
    command = [sys.executable, "-m", f"bench.{arguments.name}", *arguments.rest]
    return subprocess.run(command, cwd=REPOSITORY, check=False).returncode
