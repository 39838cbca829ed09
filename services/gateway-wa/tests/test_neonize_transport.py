"""The sharp edges of the real library, each filed off (its network is stood in for; its own entry points are used)."""

import asyncio
import os
import stat
import subprocess
import sys
import threading

import pytest
from neonize.proto import Neonize_pb2 as pb
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import FakeGo, info, jid, message_event, session_file, source
from transport_rigs import Line, neonize_rig

from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import SessionState
from ispbot_gateway_wa.adapters.neonize.client import Heard
from ispbot_gateway_wa.adapters.neonize.lock import SessionInUse
from ispbot_gateway_wa.adapters.neonize.store import PostgresStore, SqliteStore, session_store
from ispbot_gateway_wa.adapters.neonize.transport import NeonizeTransport
from ispbot_gateway_wa.domain import link as link_rules
from ispbot_gateway_wa.ports import Outbound
from ispbot_runtime.testing import eventually


@pytest.fixture
async def line(tmp_path):
    async with neonize_rig(tmp_path) as rig:
        line = Line(rig)
        await line.session.start(None)
        yield line
        await line.close()


async def connected(line):
    await line.until(SessionState.QR)
    await line.rig.scan()
    await line.until(SessionState.CONNECTED)


def text(key="k1", words="hola", **fields):
    return Outbound(key=key, to="111@lid", content=TextContent(text=words), **fields)


async def test_five_thousand_messages_keep_their_order(line):
    await connected(line)
    for n in range(5000):
        await line.rig.say(str(n))
    await eventually(lambda: len(line.messages) == 5000)
    assert [message.body.content.text for message in line.messages] == [str(n) for n in range(5000)]


async def test_a_dead_event_pump_is_noticed_and_the_link_opened_again(line):
    await connected(line)
    line.rig.go.session.die("proto: required field neonize.Receipt.Type not set")
    await eventually(lambda: len(line.rig.go.sessions) == 2)
    await line.until(SessionState.CONNECTED)
    assert "event_pump_died" in [state.reason for state in line.states]


async def test_a_pump_that_died_of_a_ban_is_a_ban(line):
    await connected(line)
    line.rig.go.session.die("proto: required field neonize.TemporaryBan.Code not set")
    link = await line.until(SessionState.BANNED)
    assert (link.banned_until - link.since).total_seconds() > 3600


async def test_no_network_at_connect_is_tried_again_later(line):
    await line.until(SessionState.QR)
    line.rig.go.session.die("failed to dial whatsapp web websocket: no such host")
    await eventually(lambda: len(line.rig.go.sessions) == 2)
    await line.until(SessionState.QR)
    assert "network" in [state.reason for state in line.states]


async def test_a_pairing_that_hangs_is_opened_again(line, monkeypatch):
    await line.until(SessionState.QR)
    monkeypatch.setitem(link_rules.HANGS_AFTER_S, SessionState.PAIRING, 0.1)
    line.rig.paired = True
    line.rig.go.session.login_status("success")  # and then nothing, as after a failed reconnect
    await eventually(lambda: len(line.rig.go.sessions) == 2)
    await line.until(SessionState.CONNECTED)


async def test_an_old_client_is_not_heard_any_more(line):
    await connected(line)
    old = line.rig.go.session
    await line.session.restart()
    await line.until(SessionState.CONNECTED)
    seen = len(line.states)
    old.tell(pb.LoggedOut(OnConnect=False, Reason=pb.LOGGED_OUT))
    await line.rig.say("después")
    await eventually(lambda: len(line.messages) == 1)
    assert line.session.link.state is SessionState.CONNECTED
    assert len(line.states) == seen


async def test_every_client_has_its_own_id_and_no_finaliser_stops_its_successor(line):
    await connected(line)
    client = line.rig.transport._client.library
    assert not client._stop_finalizer.alive
    await line.session.restart()
    await line.until(SessionState.CONNECTED)
    assert len({session.uuid for session in line.rig.go.sessions}) == 2


async def test_a_stop_waits_for_calls_in_flight(line):
    await connected(line)
    go = line.rig.go
    go.send_blocks = threading.Event()
    sending = asyncio.create_task(line.rig.transport.send(text()))
    await eventually(lambda: go._busy == 1)
    restarting = asyncio.create_task(line.session.restart())
    done, _ = await asyncio.wait({restarting}, timeout=0.1)
    assert not done
    go.send_blocks.set()
    await sending
    await restarting
    assert go.violations == []


async def test_hints_and_the_phone_behind_a_lid(line):
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    await transport.typing("111@lid", on=True)
    await transport.mark_read("111@lid", "111@lid", ["A", "B"])
    assert go.hints == ["composing", "read A B"]
    go.phones["111"] = "5493515550001"
    assert await transport.phone_of("111@lid") == "5493515550001@s.whatsapp.net"
    assert await transport.phone_of("222@lid") is None


async def test_receipts_typing_and_undecryptable_arrive(line):
    await connected(line)
    lid = jid("111", "lid")
    where = source(lid, lid, jid("", ""))
    tell = line.rig.go.session.tell
    tell(pb.Receipt(MessageSource=where, MessageIDs=["X1"], Timestamp=1_700_000_000, Type=pb.Receipt.READ))
    tell(pb.Receipt(MessageSource=where, MessageIDs=["X1"], Timestamp=1_700_000_000, Type=pb.Receipt.RETRY))
    tell(pb.ChatPresence(MessageSource=where, State=pb.ChatPresence.COMPOSING, Media=pb.ChatPresence.TEXT))
    tell(
        pb.UndecryptableMessage(
            Info=info("U1", where), IsUnavailable=False, DecryptFailMode=pb.UndecryptableMessage.DECRYPT_FAIL_SHOW
        )
    )
    await eventually(lambda: len(line.arrivals) == 3)
    receipt, typing, unread = line.arrivals
    assert (receipt.status, receipt.wa_ids, receipt.at.timestamp()) == ("read", ("X1",), 1_700_000_000)
    assert typing.typing
    assert unread.body.content.kind == "undecryptable"


async def test_the_end_of_the_process_does_not_wait_for_a_call_that_hangs(line, monkeypatch):
    monkeypatch.setattr("ispbot_gateway_wa.adapters.neonize.ffi._LAST_LIMIT_S", 0.05)
    await connected(line)
    go = line.rig.go
    go.send_blocks = threading.Event()
    sending = asyncio.create_task(line.rig.transport.send(text()))
    await eventually(lambda: go._busy == 1)
    stopping = asyncio.create_task(line.session.stop())  # waits for the call
    await eventually(line.rig.transport._ffi._turnstile.locked)
    line.rig.transport.hurry()
    await stopping
    assert not go.connected
    assert go.violations == ["Stop beside another call"]  # one that has long entered the library
    go.violations.clear()
    go.send_blocks.set()
    await sending


async def test_an_odd_message_among_those_left_at_the_end_costs_no_other(tmp_path):
    transport = NeonizeTransport(SqliteStore(session_file(tmp_path)), secret=b"s", gocode=FakeGo())
    lid = jid("111", "lid")
    about = info("A1", source(lid, lid, jid("", "")))
    nowhere = e2e.LocationMessage(degreesLatitude=-91, degreesLongitude=0)
    for said in ({"conversation": "antes"}, {"locationMessage": nowhere}, {"conversation": "después"}):
        transport._heard(None, Heard(event=message_event(about, e2e.Message(**said))))
    assert [arrival.body.content.kind for arrival in transport.left()] == ["text", "unsupported", "text"]
    await transport.shutdown()


async def test_passkey_and_old_versions_are_told_apart_from_an_expired_code(line):
    await line.until(SessionState.QR)
    line.rig.go.session.login_status("passkey-request")
    assert (await line.until(SessionState.FAILED)).reason == "passkey_required"
    await line.session.new_qr()
    await line.until(SessionState.QR)
    line.rig.go.session.login_status("err-client-outdated")
    await line.until(SessionState.OUTDATED)


class TestSessionFile:
    async def test_only_its_owner_can_read_it_and_only_one_process_opens_it(self, tmp_path):
        path = session_file(tmp_path)
        first = NeonizeTransport(SqliteStore(path), secret=b"s", gocode=FakeGo())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(SessionInUse):
            NeonizeTransport(SqliteStore(path), secret=b"s", gocode=FakeGo())
        await first.shutdown()
        await NeonizeTransport(SqliteStore(path), secret=b"s", gocode=FakeGo()).shutdown()

    def test_a_path_the_library_would_cut_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="must not contain"):
            SqliteStore(tmp_path / "wa#1.db")

    def test_a_connection_string_chooses_postgres(self, tmp_path):
        store = session_store("postgres://u:p@db/wa?sslmode=disable", tmp_path / "x")
        assert isinstance(store, PostgresStore)
        assert store.name == "postgres://u:p@db/wa?sslmode=disable"
        assert isinstance(session_store("", tmp_path / "x"), SqliteStore)

    async def test_unlinking_deletes_it(self, line, tmp_path):
        await connected(line)
        await line.rig.transport.send(text())
        line.rig.paired = False
        await line.session.unlink()
        await line.until(SessionState.QR)
        assert line.rig.go.hints == ["logout"]
        assert await line.rig.transport.find_sent("k1") is None


def test_the_process_starts_again_with_the_bot_tag_off(tmp_path):
    program = (
        "import os, sys\n"
        "from ispbot_gateway_wa import environment\n"
        "from ispbot_gateway_wa.settings import GatewaySettings\n"
        "environment.os.execve = lambda path, argv, env: print(argv[1:3], env['NEONIZE_BOT_TAG'])\n"
        "environment.prepare_process(GatewaySettings())\n"
        "print('neonize' in sys.modules, oct(os.umask(0)))\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "NEONIZE_BOT_TAG"}
    environment["ISPBOT_WA_TRANSPORT"] = "neonize"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['-m', 'ispbot_gateway_wa'] off", "False 0o77"]


def test_the_simulated_transport_never_loads_the_library():
    program = (
        "import sys, ispbot_gateway_wa.bootstrap\n"
        "from ispbot_gateway_wa.settings import GatewaySettings\n"
        "from ispbot_gateway_wa.transports import transport_factory\n"
        "transport_factory(GatewaySettings(wa_transport='simulated'))\n"
        "print('neonize' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
