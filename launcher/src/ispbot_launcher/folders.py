"""Where things are: the repository, the tools it brings, and the one folder with everything a company must keep."""

import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from ispbot_launcher.errors import BAD_USE, LauncherError

REPOSITORY = Path(__file__).resolve().parents[3]
TOOLS = REPOSITORY / ".tools"
PANEL = REPOSITORY / "panel"
ENVIRONMENT_BIN = REPOSITORY / ".venv" / "bin"

_DEFAULT = REPOSITORY / ".data"
_MIB = 1024**2
_LEAST_FREE_BYTES = 500 * _MIB


@dataclass(frozen=True)
class DataFolder:
    """The data folder and the names inside it."""

    root: Path

    @property
    def nats(self) -> Path:
        """JetStream's files."""
        return self.root / "nats"

    @property
    def mongo(self) -> Path:
        """The embedded database's files."""
        return self.root / "mongo"

    @property
    def logs(self) -> Path:
        """One log file per part."""
        return self.root / "logs"

    @property
    def network(self) -> Path:
        """What the simulated WhatsApp network remembers."""
        return self.root / "wa_network"

    @property
    def secrets(self) -> Path:
        """Generated keys, readable by the owner only."""
        return self.root / "secrets.env"

    @property
    def state(self) -> Path:
        """What runs now, refreshed by the supervisor."""
        return self.root / "state.json"

    @property
    def lock(self) -> Path:
        """Held while an instance runs on this folder."""
        return self.root / "lock"

    @property
    def transport(self) -> Path:
        """The remembered choice between demo and real number."""
        return self.root / "transport"

    @property
    def marker(self) -> Path:
        """Proof that this folder is ours, asked for before anything is deleted."""
        return self.root / ".ispbot-data"

    def command(self, words: str) -> str:
        """Return what to type so that it means this folder."""
        typed = f"./ispbot {words}"
        return typed if self.root == _DEFAULT else f"{typed} --data-dir {shlex.quote(str(self.root))}"

    def create(self, *, least_free_bytes: int = _LEAST_FREE_BYTES) -> None:
        """Make the folders, closed to other users. Raises LauncherError when that is impossible or the disk is full."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not self.marker.exists():
                foreign = any(entry.name != self.lock.name for entry in self.root.iterdir())
                if foreign and self.root != _DEFAULT:
                    raise LauncherError(
                        f"{self.root} holds other files: choose an empty folder with --data-dir", code=BAD_USE
                    )
                self.marker.write_text("ISPBot keeps its data here. ./ispbot reset deletes it.\n", encoding="utf-8")
            for folder in (self.nats, self.mongo, self.logs, self.network):
                folder.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise LauncherError(f"the data folder {self.root} can not be written: {error.strerror}") from error
        free = shutil.disk_usage(self.root).free
        if free < least_free_bytes:
            raise LauncherError(
                f"only {free // _MIB} MB are free on the disk of {self.root}, ISPBot needs {least_free_bytes // _MIB} MB to start: "
                "free some space or choose another disk with --data-dir"
            )


def data_folder(given: str | None) -> DataFolder:
    """Return the data folder: the flag, else ``ISPBOT_DATA_DIR``, else ``.data`` in the repository."""
    chosen = given or os.environ.get("ISPBOT_DATA_DIR")
    return DataFolder(Path(chosen).expanduser().resolve() if chosen else _DEFAULT)
