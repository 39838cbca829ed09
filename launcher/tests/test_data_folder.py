"""The data folder: who may use it, what is generated in it, what reset deletes."""

import io
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ispbot_launcher.cli import main
from ispbot_launcher.errors import LauncherError
from ispbot_launcher.folders import DataFolder
from ispbot_launcher.secrets_file import BUS_TOKEN, SETTINGS_KEY, load_or_create
from ispbot_launcher.state import PartState, State, hold, load, running_pid, save


def made(folder: Path) -> DataFolder:
    data = DataFolder(folder / "data")
    data.create()
    return data


def some_state(pid: int) -> State:
    part = PartState("router", "ready", "", 1, 18001, "http", "/readyz", 0, 1.0)
    return State(pid, 1.0, True, "simulated", {"panel": "http://127.0.0.1:8080/"}, 1, 2, 3, 4, [part])


def test_secrets_are_generated_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    first = load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create(path) == first
    assert len(first[BUS_TOKEN]) >= 32
    assert len(first[SETTINGS_KEY]) == 44


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text(f"{SETTINGS_KEY}=kept\n")
    assert load_or_create(path)[SETTINGS_KEY] == "kept"
    assert f"{BUS_TOKEN}=" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_data_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    assert stat.S_IMODE(made(tmp_path).root.stat().st_mode) == 0o700


def test_a_folder_with_other_files_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(LauncherError, match="holds other files"):
        DataFolder(tmp_path).create()


def test_a_full_disk_is_said_with_figures(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match=r"only \d+ MB are free .* needs 1099511627776 MB"):
        DataFolder(tmp_path / "data").create(least_free_bytes=2**60)


def test_a_second_instance_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    data = made(tmp_path)
    code = "import sys, pathlib; from ispbot_launcher import state, folders\n"
    code += (
        "with state.hold(folders.DataFolder(pathlib.Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(data.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        save(data, some_state(first.pid))
        assert running_pid(data) == first.pid
        with (
            pytest.raises(LauncherError, match=f"pid {first.pid}, panel at http://127.0.0.1:8080/") as refused,
            hold(data),
        ):
            pass
        assert refused.value.code == 2
        first.communicate("")
    assert running_pid(data) is None
    with hold(data):
        pass


def test_state_is_read_as_it_was_saved_and_private(tmp_path: Path) -> None:
    data = made(tmp_path)
    save(data, some_state(7))
    assert load(data) == some_state(7)
    assert stat.S_IMODE(data.state.stat().st_mode) == 0o600


def test_a_state_of_another_version_is_no_state(tmp_path: Path) -> None:
    data = made(tmp_path)
    data.state.write_text('{"pid": 1, "parts": [{"nome": "router"}]}')
    assert load(data) is None


def test_status_says_that_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = made(tmp_path)
    save(data, some_state(7))
    assert main(["status", "--data-dir", str(data.root)]) == 3
    assert "does not run" in capsys.readouterr().err


def test_reset_deletes_the_data_and_nothing_else(tmp_path: Path) -> None:
    data = made(tmp_path)
    (data.mongo / "WiredTiger").write_text("documents")
    neighbour = tmp_path / "neighbour"
    neighbour.write_text("mine")
    (data.root / "link").symlink_to(tmp_path)
    assert main(["reset", "--yes", "--data-dir", str(data.root)]) == 0
    assert [entry.name for entry in data.root.iterdir()] == ["lock"]
    assert neighbour.exists()
    data.create()


def test_reset_asks_and_takes_no_answer_for_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["reset", "--data-dir", str(data.root)]) == 2
    assert data.mongo.exists()


def test_reset_touches_no_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    assert main(["reset", "--yes", "--data-dir", str(tmp_path)]) == 2
    assert (tmp_path / "thesis.odt").exists()


def test_reset_is_refused_while_an_instance_runs(tmp_path: Path) -> None:
    data = made(tmp_path)
    with hold(data):
        assert main(["reset", "--yes", "--data-dir", str(data.root)]) == 2
    assert data.mongo.exists()
