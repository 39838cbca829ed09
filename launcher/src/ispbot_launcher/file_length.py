"""A file past its limit asks to be split; ``# long file: <reason>`` near its top keeps it whole."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from ispbot_launcher.folders import REPOSITORY

_LIMITS = {".py": 300, ".ts": 300, ".tsx": 250}
_GENERATED = re.compile(r"\.gen\.\w+$")
_REASON = re.compile(r"^(#|//) long file: \S", re.MULTILINE)


def too_long(files: Iterable[Path]) -> list[str]:
    """Return a line for each file past the limit of its kind."""
    found = []
    for file in files:
        limit = _LIMITS.get(file.suffix)
        if limit is None or _GENERATED.search(file.name) or not file.exists():
            continue
        text = file.read_text(encoding="utf-8")
        count = text.count("\n")
        if count > limit and not _REASON.search(text[:1000]):
            found.append(f"{file}: {count} lines, the limit is {limit}")
    return found


def tracked_files() -> list[Path]:
    """Return the files git knows or would add."""
    command = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return [REPOSITORY / name for name in names.split("\0") if name]


if __name__ == "__main__":
    problems = too_long(tracked_files())
    print("\n".join(problems))
    sys.exit(1 if problems else 0)
