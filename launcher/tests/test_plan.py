"""What a start consists of: ports, transport, parts and their environment, the page at the end."""

import os
import re
import socket
from argparse import Namespace
from pathlib import Path

import pytest

from ispbot_launcher.bus_config import write_bus_config
from ispbot_launcher.errors import LauncherError
from ispbot_launcher.folders import DataFolder, data_folder
from ispbot_launcher.pages import Opened, page_rows
from ispbot_launcher.parts import SERVICES, Layer, Plan, Transport, build_parts
from ispbot_launcher.ports import PANEL, PHONE, FreePorts, choose_fixed, holder
from ispbot_launcher.replicas import read_replicas, service_of
from ispbot_launcher.terminal import Terminal
from ispbot_launcher.up import Instance, make_plan


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ISPBOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    return folder


def plan_of(data: DataFolder, **flags: object) -> Plan:
    defaults = {
        "real": False,
        "demo": False,
        "auto_ports": True,
        "panel_port": None,
        "phone_port": None,
        "isp_port": None,
    }
    return make_plan(Namespace(**(defaults | flags)), data)


def test_the_demo_has_bus_database_stand_ins_and_seven_services(data: DataFolder) -> None:
    names = [part.name for part in build_parts(plan_of(data))]
    assert names == ["nats", "database", "phone-network", "demo-isp", "demo-seed", *SERVICES]


def test_the_real_number_has_no_stand_ins(data: DataFolder) -> None:
    parts = build_parts(plan_of(data, real=True))
    assert [part.name for part in parts] == ["nats", "database", *SERVICES]
    assert parts[2].env["ISPBOT_WA_TRANSPORT"] == "neonize"


def test_the_choice_of_the_real_number_is_remembered_until_the_demo_is_asked_for(data: DataFolder) -> None:
    assert plan_of(data).transport is Transport.DEMO
    assert plan_of(data, real=True).transport is Transport.REAL
    assert plan_of(data).transport is Transport.REAL
    assert plan_of(data, demo=True).transport is Transport.DEMO
    assert plan_of(data).transport is Transport.DEMO


def test_the_environment_chooses_the_transport_too(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISPBOT_WA_TRANSPORT", "neonize")
    assert plan_of(data).transport is Transport.REAL


def test_a_transport_nobody_knows_is_refused(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISPBOT_WA_TRANSPORT", "neonise")
    with pytest.raises(LauncherError, match="neonise"):
        plan_of(data)


def test_servers_of_the_company_take_the_place_of_the_embedded_ones(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISPBOT_MONGO_URI", "mongodb://db.example/?replicaSet=rs")
    monkeypatch.setenv("ISPBOT_NATS_URL", "nats://bus.example")
    parts = build_parts(plan_of(data))
    assert {part.layer for part in parts} == {Layer.STAND_IN, Layer.SERVICE}
    assert parts[-1].env["ISPBOT_MONGO_URI"] == "mongodb://db.example/?replicaSet=rs"
    assert parts[-1].env["ISPBOT_NATS_URL"] == "nats://bus.example"


def test_every_service_has_its_own_port_and_the_panel_the_one_people_know(data: DataFolder) -> None:
    plan = plan_of(data, panel_port=FreePorts().take())
    ports = {part.name: part.port for part in build_parts(plan) if part.port}
    assert len(set(ports.values())) == len(ports)
    assert ports["panel-api"] == plan.panel_port


def test_no_secret_is_on_a_command_line(data: DataFolder) -> None:
    plan = plan_of(data)
    words = " ".join(word for part in build_parts(plan) for word in part.argv)
    assert not [name for name, value in plan.secrets.items() if value in words]


def test_free_ports_stay_the_same_on_the_next_start(data: DataFolder) -> None:
    first = plan_of(data)
    Instance(first, Terminal()).save_state()
    again = plan_of(data)
    assert (again.panel_port, again.phone_port, again.isp_port) == (first.panel_port, first.phone_port, first.isp_port)


def test_a_port_that_only_root_may_use_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(LauncherError, match=r"port 80 \(panel\) is only for root: .*--panel-port PORT"):
        choose_fixed({PANEL: 80})


@pytest.mark.parametrize("port", [0, 65536])
def test_a_number_that_is_no_port_is_refused_with_the_flag(port: int) -> None:
    with pytest.raises(LauncherError, match=r"is no port \(--panel-port\)"):
        choose_fixed({PANEL: port})


def test_a_taken_port_is_said_with_its_holder_and_the_flag_to_use(data: DataFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(os.getpid()) in (holder(port) or "")
        message = rf"port {port} \(panel\) is in use by .*pid {os.getpid()}.*--panel-port PORT"
        with pytest.raises(LauncherError, match=message) as refused:
            plan_of(data, panel_port=port)
        assert refused.value.code == 2


def test_one_port_for_two_pages_is_refused() -> None:
    port = FreePorts().take()
    with pytest.raises(LauncherError, match=f"phone page and panel can not both use port {port}"):
        choose_fixed({PANEL: port, PHONE: port})


def test_the_bus_listens_on_loopback_asks_for_the_token_and_syncs_every_second(data: DataFolder) -> None:
    write_bus_config(data, port=18222, http_port=18223, token="t0ken")
    text = (data.nats / "server.conf").read_text()
    assert set(re.findall(r'"([\d.]+):\d+"', text)) == {"127.0.0.1"}
    assert 'token: "t0ken"' in text
    assert "sync_interval: 1s" in text
    assert (data.nats / "server.conf").stat().st_mode & 0o077 == 0


def test_a_sync_interval_that_is_none_is_refused(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISPBOT_BUS_SYNC", "sometimes")
    with pytest.raises(LauncherError, match="sometimes"):
        write_bus_config(data, port=1, http_port=2, token="t")


def page(plan: Plan) -> str:
    opened = Opened(plan, Instance(plan, Terminal()).addresses, {}, 812_000_000, 12, 7.3)
    return "\n".join(f"{name}: {text}" for name, text in page_rows(opened))


def test_the_last_page_says_where_to_click_and_what_comes_next(data: DataFolder) -> None:
    plan = plan_of(data)
    text = page(plan)
    for expected in (
        f"http://127.0.0.1:{plan.panel_port}/", f"http://127.0.0.1:{plan.phone_port}/", "admin / admin", "./ispbot up --real",
        str(data.root), "./ispbot logs", "812 MB", "SecantusDB, beta",
    ):  # fmt: skip
        assert expected in text


def test_what_the_page_says_to_type_means_the_folder_of_this_instance(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "a second")
    data.create()
    text = page(plan_of(data))
    for words in ("up --real", "logs [part] [-f]", "reset", "down"):
        assert f"./ispbot {words} --data-dir '{data.root}'" in text
    assert data_folder(None).command("down") == "./ispbot down"


def test_the_page_of_a_real_number_has_no_phone_page(data: DataFolder) -> None:
    text = page(plan_of(data, real=True))
    assert "Phone page" not in text
    assert "./ispbot up --demo" in text


def test_no_beta_notice_with_a_database_of_the_company(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISPBOT_MONGO_URI", "mongodb://db.example/")
    assert "SecantusDB" not in page(plan_of(data))


def test_replicas_are_parts_of_their_own_with_their_own_ports(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISPBOT_REPLICAS", "router=3, gateway-wa=2")
    parts = {part.name: part for part in build_parts(plan_of(data))}
    assert [name for name in parts if service_of(name, SERVICES) == "router"] == ["router", "router-2", "router-3"]
    assert parts["router-3"].argv[-1] == "ispbot_router"
    assert parts["gateway-wa-2"].argv[-1] == "ispbot_gateway_wa"
    ports = [part.port for part in parts.values() if part.port]
    assert len(set(ports)) == len(ports)
    assert parts["router-2"].env["ISPBOT_HTTP_PORT"] == str(parts["router-2"].port)


def test_a_second_panel_does_not_take_the_port_people_know(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISPBOT_REPLICAS", "panel-api=2")
    plan = plan_of(data)
    ports = {part.name: part.port for part in build_parts(plan)}
    assert ports["panel-api"] == plan.panel_port
    assert ports["panel-api-2"] != plan.panel_port


def test_a_cluster_and_its_stream_copies_reach_the_services_unchanged(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = "nats://a.example:4222,nats://b.example:4222,nats://c.example:4222"
    monkeypatch.setenv("ISPBOT_NATS_URL", cluster)
    parts = {part.name: part for part in build_parts(plan_of(data))}
    assert "nats" not in parts
    assert parts["router"].env["ISPBOT_NATS_URL"] == cluster
    assert "ISPBOT_STREAM_REPLICAS" not in parts["router"].env, "it comes with the launcher's own environment"


@pytest.mark.parametrize("wanted", ["ruter=2", "router", "router=0", "router=two", "router=17", "nats=3"])
def test_what_is_no_number_of_a_service_is_refused(wanted: str) -> None:
    with pytest.raises(LauncherError, match="ISPBOT_REPLICAS"):
        read_replicas(wanted, SERVICES)


def test_one_each_when_nothing_is_said() -> None:
    assert read_replicas("", SERVICES) == {}
    assert read_replicas("router=1,", SERVICES) == {"router": 1}


def test_a_part_that_is_no_service_process_is_none() -> None:
    assert service_of("phone-network", SERVICES) is None
    assert service_of("demo-seed", SERVICES) is None
    assert service_of("router-x", SERVICES) is None
