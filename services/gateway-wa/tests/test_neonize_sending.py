"""What leaves through the real library: built by us, one at a time, and recognisable afterwards."""

import asyncio
import threading

import pytest
from test_neonize_transport import connected, line, text  # noqa: F401 - a fixture among them

from ispbot_contracts.common import LatLng
from ispbot_contracts.content import LocationContent, MediaContent, MediaInfo
from ispbot_gateway_wa.adapters.neonize import one_at_a_time
from ispbot_gateway_wa.failures import NotConnected, NoWhatsApp, SendUnknown
from ispbot_gateway_wa.ports import Outbound, Quote
from ispbot_runtime.testing import eventually


async def test_a_send_without_an_answer_is_unknown_and_can_be_looked_up(line, monkeypatch):  # noqa: F811
    monkeypatch.setattr(one_at_a_time, "_ANSWER_LIMIT_S", 0.05)
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    assert await transport.find_sent("k1") is None
    go.send_blocks = threading.Event()
    with pytest.raises(SendUnknown):
        await transport.send(text())
    with pytest.raises(NotConnected):  # it may leave yet
        await transport.find_sent("k1")
    go.send_blocks.set()
    await eventually(lambda: not transport._sends.inside("k1"))
    assert await transport.find_sent("k1") == "3EB0" + "0" * 18
    assert await transport.find_sent("k2") is None


async def test_a_send_behind_one_that_hangs_never_enters_the_library_and_leaves_once(line, monkeypatch):  # noqa: F811
    monkeypatch.setattr(one_at_a_time, "_ANSWER_LIMIT_S", 0.05)
    monkeypatch.setattr(one_at_a_time, "_TURN_LIMIT_S", 0.05)
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    go.send_blocks = threading.Event()
    with pytest.raises(SendUnknown):
        await transport.send(text("a", "primera"))
    for _ in range(2):  # as the ledger does: look it up, and send it when that is harmless
        assert await transport.find_sent("b") is None
        with pytest.raises(NotConnected):
            await transport.send(text("b", "segunda"))
    go.send_blocks.set()
    await eventually(lambda: not transport._sends.inside("a"))
    await transport.send(text("b", "segunda"))
    assert line.rig.received() == ["primera", "segunda"]


async def test_a_file_whose_turn_does_not_come_is_uploaded_once(line, monkeypatch):  # noqa: F811
    monkeypatch.setattr(one_at_a_time, "_TURN_LIMIT_S", 0.05)
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    go.send_blocks = threading.Event()
    first = asyncio.create_task(transport.send(text("a", "primera")))
    await eventually(lambda: transport._sends.inside("a"))
    content = MediaContent(kind="document", media=MediaInfo(mime="application/pdf", name="factura.pdf"))
    for attempt in range(3):
        with pytest.raises(NotConnected):
            await transport.send(Outbound(key=f"b.{attempt}", to="111@lid", content=content, file=b"%PDF"))
    go.send_blocks.set()
    await first
    await transport.send(Outbound(key="b.3", to="111@lid", content=content, file=b"%PDF"))
    assert go.uploads == 1
    assert go.files[go.sent[1][1].documentMessage.mediaKey] == b"%PDF"
    await transport.send(Outbound(key="c", to="222@lid", content=content, file=b"%PDF"))
    assert go.uploads == 2


async def test_what_may_no_longer_leave_when_its_turn_comes_does_not(line):  # noqa: F811 - the fixture
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    go.send_blocks = threading.Event()
    may_leave = [True]
    first = asyncio.create_task(transport.send(text("a", "primera")))
    await eventually(lambda: go._busy == 1)
    second = asyncio.create_task(transport.send(text("b", "segunda", may_leave=lambda: may_leave[0])))
    await asyncio.sleep(0)
    may_leave[0] = False
    go.send_blocks.set()
    await first
    with pytest.raises(NotConnected):
        await second
    assert line.rig.received() == ["primera"]


async def test_what_the_library_says_of_a_send_becomes_a_typed_error(line):  # noqa: F811 - the fixture
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    go.send_error = "no LID found for 5493515550001@s.whatsapp.net from server"
    with pytest.raises(NoWhatsApp) as refused:
        await transport.send(text())
    assert "5493515550001" not in str(refused.value)
    go.send_error = "websocket not connected"
    with pytest.raises(NotConnected):
        await transport.send(text("k2"))
    assert await transport.find_sent("k2") is None


async def test_what_is_sent_is_built_by_us_and_marked_with_its_key(line):  # noqa: F811 - the fixture
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    await transport.send(text(words="escribí a juan@12345678.com", quote=Quote(wa_id="AC1", from_me=False)))
    to, message = go.sent[0]
    assert (to.User, to.Server) == ("111", "lid")
    said = message.extendedTextMessage
    assert said.text == "escribí a juan@12345678.com"
    assert list(said.contextInfo.mentionedJID) == []
    assert (said.contextInfo.stanzaID, said.contextInfo.participant) == ("AC1", "111@lid")
    assert len(message.messageContextInfo.messageSecret) == 32
    await transport.send(text("k2"))
    assert go.sent[1][1].messageContextInfo.messageSecret != message.messageContextInfo.messageSecret


async def test_files_and_places_are_sent(line):  # noqa: F811 - the fixture
    await connected(line)
    transport, go = line.rig.transport, line.rig.go
    info_ = MediaInfo(mime="application/pdf", name="factura.pdf")
    content = MediaContent(kind="document", media=info_, caption="tu factura")
    await transport.send(Outbound(key="d", to="111@lid", content=content, file=b"%PDF"))
    document = go.sent[0][1].documentMessage
    assert (document.fileName, document.caption, document.fileLength) == ("factura.pdf", "tu factura", 4)
    assert go.files[document.mediaKey] == b"%PDF"
    place = LocationContent(position=LatLng(lat=-31.4, lng=-64.2), name="Oficina")
    await transport.send(Outbound(key="p", to="111@lid", content=place))
    assert go.sent[1][1].locationMessage.degreesLatitude == -31.4
