"""``./ispbot logs``: lines of all formats, merged by time."""

import json
from pathlib import Path

import pytest

from ispbot_launcher.cli import main
from ispbot_launcher.logs import Tail, parse, render


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    logs = tmp_path / "logs"
    logs.mkdir()
    facts = [
        {
            "at": "2026-11-23T20:00:01.5Z",
            "level": "info",
            "event": "message_in",
            "correlation_id": "c1",
            "service": "gateway-wa",
        },
        {"at": "2026-11-23T20:00:03Z", "level": "error", "event": "send_failed", "correlation_id": "c2"},
    ]
    (logs / "gateway-wa.log").write_text("".join(json.dumps(fact) + "\n" for fact in facts))
    fact = {"at": "2026-11-23T20:00:02+00:00", "level": "info", "event": "menu_shown", "correlation_id": "c1"}
    (logs / "router.log").write_text(json.dumps(fact) + "\nTraceback: of nobody\n")
    (logs / "nats.log").write_text("[12] 2026/11/23 20:00:00.100000 [INF] Server is ready\n")
    return tmp_path


def shown(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(["logs", "--data-dir", str(folder), *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_logs_of_all_parts_are_merged_by_time(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(folder, capsys)
    assert [line.split()[1] for line in lines] == ["nats", "gateway-wa", "router", "router", "gateway-wa"]
    assert lines[1] == "20:00:01.500 gateway-wa    info message_in correlation_id=c1"
    assert lines[3].endswith("Traceback: of nobody")


def test_the_story_of_one_message_through_all_services(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(folder, capsys, "--correlation", "c1")
    assert [line.split()[3] for line in lines] == ["message_in", "menu_shown"]


def test_only_what_is_serious_of_one_part(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(folder, capsys, "gateway-wa", "--level", "warning")
    assert [line.split()[3] for line in lines] == ["send_failed"]


def test_a_part_nobody_knows_is_answered_with_the_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["logs", "--data-dir", str(folder), "rooter"]) == 2
    assert "gateway-wa, nats, router" in capsys.readouterr().err


def test_the_database_servers_own_lines_are_understood() -> None:
    line = parse("2026-11-23 20:38:10,981 INFO secantus.server: secantus listening on 127.0.0.1:36727", "database", "")
    assert (line.level, line.event) == ("info", "secantus.server: secantus listening on 127.0.0.1:36727")
    assert line.at.startswith("2026-11-23T")


def test_an_exception_is_one_readable_field() -> None:
    raw = {
        "at": "2026-11-23T20:00:00Z",
        "event": "x",
        "exception": [{"exc_type": "KeyError", "exc_value": "'a'", "frames": []}],
    }
    assert "exception=KeyError: 'a'" in render(parse(json.dumps(raw), "ai", "")).plain


def test_following_shows_whole_lines_once_and_survives_rotation(tmp_path: Path) -> None:
    path = tmp_path / "router.log"
    path.write_text("old ñandú\n")
    tail = Tail.at_the_end(path)
    with path.open("a") as log:
        log.write("first ñ\nhal")
        log.flush()
        assert [line.event for line in tail.fresh()] == ["first ñ"]
        assert tail.fresh() == []
        log.write("f\n")
        log.flush()
        assert [line.event for line in tail.fresh()] == ["half"]
    path.write_text("new\n")
    assert [line.event for line in tail.fresh()] == ["new"]
