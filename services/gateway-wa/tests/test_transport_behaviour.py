"""One suite for every transport: whatever carries the link, the gateway sees the same."""

import asyncio

import pytest
from transport_rigs import PNG, Line, neonize_rig, simulated_rig

from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import SessionState
from ispbot_gateway_wa.domain import link as link_rules
from ispbot_gateway_wa.failures import NotConnected, Rejected
from ispbot_gateway_wa.ports import Outbound, Said
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually


@pytest.fixture(params=["simulated", "neonize"])
async def line(request, tmp_path):
    speed = getattr(request.node.get_closest_marker("qr_speed"), "args", (1.0,))[0]
    rig_of = simulated_rig(tmp_path, qr_speed=speed) if request.param == "simulated" else neonize_rig(tmp_path)
    async with rig_of as rig:
        line = Line(rig)
        await line.session.start(None)
        yield line
        await line.close()


async def connected(line):
    await line.until(SessionState.QR)
    await line.rig.scan()
    return await line.until(SessionState.CONNECTED)


async def outbound(line, key="k1", text="respuesta"):
    await line.rig.say("hola")
    await eventually(lambda: line.messages != [])
    return Outbound(key=key, to=line.messages[0].chat, content=TextContent(text=text))


async def test_a_scanned_code_links_the_business_account(line):
    shown = await line.until(SessionState.QR)
    assert shown.qr.text.startswith("https://wa.me/settings/linked_devices#")
    await line.rig.scan()
    link = await line.until(SessionState.CONNECTED)
    assert (link.account.number, link.account.platform, link.account.business) == ("5493515550100", "smba", True)
    assert link.qr is None
    assert SessionState.PAIRING in [state.state for state in line.states]


async def test_a_regular_account_is_refused_and_logged_out(line):
    await line.until(SessionState.QR)
    await line.rig.scan(platform="android")
    link = await line.until(SessionState.NOT_BUSINESS)
    assert link.waits_for_a_person
    line.rig.paired = False
    await line.session.new_qr()
    await line.until(SessionState.QR)


async def test_an_unknown_platform_is_let_in_without_a_verdict(line):
    await line.until(SessionState.QR)
    await line.rig.scan(platform="fridge")
    assert (await line.until(SessionState.CONNECTED)).account.business is None


async def test_a_text_comes_in_with_both_addresses_and_an_answer_goes_out(line):
    await connected(line)
    message = await outbound(line)
    received = line.messages[0]
    assert received.body == Said(TextContent(text="hola"))
    assert received.chat.endswith("@lid")
    assert received.sender_alt == "5493515550001@s.whatsapp.net"
    receipt = await line.rig.transport.send(message)
    assert receipt.wa_id.startswith("3EB0")
    await eventually(lambda: line.rig.received() == ["respuesta"])


async def test_a_picture_can_be_fetched_and_is_checked(line):
    await connected(line)
    await line.rig.picture(PNG)
    await eventually(lambda: line.messages != [])
    body = line.messages[0].body
    assert (body.content.kind, body.content.caption, body.content.media.size_bytes) == ("image", "foto", len(PNG))
    assert await line.rig.transport.download(body.remote, max_bytes=1000) == PNG


async def test_nothing_is_sent_without_a_link(line):
    await line.until(SessionState.QR)
    with pytest.raises(NotConnected):
        await line.rig.transport.send(Outbound(key="k", to="1@lid", content=TextContent(text="x")))


async def test_a_refusal_carries_its_code(line):
    await connected(line)
    message = await outbound(line)
    await line.rig.refuse_next(463)
    with pytest.raises(Rejected) as refused:
        await line.rig.transport.send(message)
    assert refused.value.code == 463


async def test_a_dropped_connection_comes_back_without_a_code(line):
    await connected(line)
    seen = len(line.states)
    await line.rig.drop()
    await eventually(lambda: SessionState.RECONNECTING in [state.state for state in line.states[seen:]])
    await line.until(SessionState.CONNECTED)
    assert SessionState.QR not in [state.state for state in line.states[seen:]]


async def test_a_link_gone_deaf_is_cured_by_a_new_connection(line):
    await connected(line)
    await line.rig.say("antes")
    await eventually(lambda: len(line.messages) == 1)
    await line.rig.go_deaf()
    await line.rig.say("durante")
    seen = len(line.states)
    assert line.session.link.state is SessionState.CONNECTED
    await line.session.reconnect("silent")
    await line.session.reconnect("silent")  # there is no link: nothing to do
    await line.until(SessionState.CONNECTED)
    await eventually(lambda: [message.body.content.text for message in line.messages][-1] == "durante")
    states = [(state.state, state.reason) for state in line.states[seen:]]
    assert states == [(SessionState.RECONNECTING, "silent"), (SessionState.CONNECTED, None)]
    assert line.messages[-1].offline


async def test_unlinking_on_the_phone_ends_the_link_and_nothing_retries(line):
    await connected(line)
    await line.rig.unlink_on_phone()
    link = await line.until(SessionState.LOGGED_OUT, reason="phone_unlinked")
    assert link.account is None
    await eventually(lambda: line.session._acts == set() and line.session._pending.done())
    assert line.session.link.state is SessionState.LOGGED_OUT


async def test_a_replaced_link_waits_for_a_person_and_restart_takes_it_back(line):
    await connected(line)
    await line.rig.replace()
    await line.until(SessionState.REPLACED)
    with pytest.raises(Refusal) as refused:
        await line.session.new_qr()
    assert refused.value.code == "session_exists"
    await line.session.restart()
    await line.until(SessionState.CONNECTED)


async def test_a_ban_is_waited_for_and_a_person_can_not_shorten_it(line):
    await connected(line)
    loop = asyncio.get_running_loop()
    banned_at = loop.time()
    await line.rig.ban(2)
    link = await line.until(SessionState.BANNED)
    assert link.reason.startswith("temporary_ban")
    with pytest.raises(Refusal) as refused:
        await line.session.restart()
    assert refused.value.code == "banned"
    await line.until(SessionState.CONNECTED)
    assert loop.time() - banned_at >= 1.9


async def test_restart_keeps_the_session(line):
    await connected(line)
    seen = len(line.states)
    await line.session.restart()
    await line.until(SessionState.CONNECTED)
    states = [state.state for state in line.states[seen:]]
    assert states == [SessionState.STARTING, SessionState.CONNECTED]


async def test_unlink_forgets_the_session_and_shows_a_new_code(line):
    await connected(line)
    line.rig.paired = False
    await line.session.unlink()
    link = await line.until(SessionState.QR)
    assert link.account is None


async def test_a_code_can_be_typed_on_the_phone(line):
    await line.until(SessionState.QR)
    code = await line.session.pair_code("5493515550100")
    assert len(code) == 9
    assert line.session.link.pair_code == code
    with pytest.raises(Refusal) as refused:
        await line.session.pair_code("0351")
    assert refused.value.code == "phone_refused"


@pytest.mark.qr_speed(800)
async def test_codes_end_after_three_rounds_until_a_person_asks(line, monkeypatch):
    monkeypatch.setattr(link_rules, "BETWEEN_ROUNDS_S", 0.01)

    async def all_rounds_are_over() -> bool:
        if line.session.link.state is SessionState.QR:
            await line.rig.end_codes()
            await asyncio.sleep(0.01)
        return line.session.link.reason == "rounds_exhausted"

    await eventually(all_rounds_are_over)
    assert line.session.link.rounds == 3
    assert line.session.link.waits_for_a_person
    await line.session.new_qr()
    await line.until(SessionState.QR)
