"""Runs programs that install or build something; what they print goes to a file and is shown only when they fail."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ispbot_launcher.errors import LauncherError
from ispbot_launcher.folders import TOOLS

_SHOWN_LINES = 25


def run_quietly(
    argv: Sequence[str], *, log: str, failure: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a program to its end with its output in ``.tools/logs/<log>``.

    Raises LauncherError with ``failure`` (what could not be done and what to type) and the last lines of the output.
    """
    path = TOOLS / "logs" / log
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as output:
        try:
            code = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd,
                env={**os.environ, **(env or {})}, check=False,
            ).returncode  # fmt: skip
        except OSError as error:
            raise LauncherError(f"{failure}\n({argv[0]}: {error.strerror})") from error
    if code != 0:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
        raise LauncherError("\n".join([failure, *(f"    {line}" for line in lines), f"(whole output: {path})"]))
