"""The link's life as everybody else sees it: the session bucket, the events, the answers to what people press."""

from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.streams import SESSION_BUCKET
from ispbot_contracts.whatsapp import (
    GetSendState,
    MessageReceived,
    NewQr,
    RequestPairCode,
    RestartSession,
    SessionChanged,
    SessionState,
    SessionStatus,
    UnlinkSession,
)
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually

NELIDA = "5493515550001"


async def test_the_code_is_in_the_bucket_and_never_in_an_event(world, gateway):
    status = await world.state(SessionState.QR)
    assert status.qr.text.startswith("https://wa.me/settings/linked_devices#")
    assert status.qr.expires_at > utc_now()
    assert status.holder == gateway.holder
    changed = await world.event(SessionChanged, 2)
    assert changed.status.state is SessionState.QR
    assert all(b"linked_devices" not in body for body in world.events["session_changed"])


async def test_a_link_that_waits_for_its_scan_says_so(world, gateway):
    await world.state(SessionState.QR)
    assert gateway.limit() == "link qr: waits for the phone that scans it, see the panel"


async def test_every_change_of_state_is_told_in_order(world, gateway):
    await world.pair()
    await world.event(SessionChanged, 4)
    states = [event.status.state for event in world.all(SessionChanged)]
    assert states == [SessionState.STARTING, SessionState.QR, SessionState.PAIRING, SessionState.CONNECTED]
    account = world.all(SessionChanged)[-1].status.account
    assert (account.number, account.name, account.business) == ("5493515550100", "Red Sur Internet", True)


async def test_a_regular_account_is_refused_with_its_reason(world, gateway):
    await world.state(SessionState.QR)
    await world.net.scan(business=False)
    status = await world.state(SessionState.NOT_BUSINESS)
    assert status.reason == "regular_account"
    await eventually(lambda: _no_devices(world))


async def _no_devices(world):
    return all(account["devices"] == [] for account in await world.net.accounts())


async def test_restart_keeps_the_session_and_unlink_asks_for_a_new_code(world, gateway):
    await world.pair()
    await world.bus.ask(RestartSession())
    await world.state(SessionState.CONNECTED)
    await world.bus.ask(UnlinkSession(), timeout_s=10)
    assert (await world.state(SessionState.QR)).account is None
    assert await _no_devices(world)


async def test_a_new_code_is_refused_while_a_session_exists(world, gateway):
    await world.pair()
    with pytest.raises(Refusal) as refused:
        await world.bus.ask(NewQr())
    assert refused.value.code == "session_exists"


async def test_a_code_for_the_phone_links_too(world, gateway):
    await world.state(SessionState.QR)
    answer = await world.bus.ask(RequestPairCode(phone="+54 9 351 555-0100"))

    async def shown():
        return (await world.status()).pair_code == answer.code

    await eventually(shown)
    await world.net.post("/api/pair-code", {"number": "5493515550100", "code": answer.code})
    await world.state(SessionState.CONNECTED)


async def test_a_ban_survives_a_restart_of_the_gateway(world, start_gateway):
    first = await start_gateway()
    await world.pair()
    await world.net.fault("temp_ban", seconds=4)
    banned = await world.state(SessionState.BANNED)
    await first.stop()
    bucket = await world.bus.js.key_value(SESSION_BUCKET)
    entry = await bucket.get("main")
    assert SessionStatus.model_validate_json(entry.value).banned_until == banned.banned_until
    await start_gateway()
    again = await world.state(SessionState.BANNED)
    assert again.banned_until == banned.banned_until
    await world.state(SessionState.CONNECTED, timeout_s=15)
    assert utc_now() >= banned.banned_until


async def test_a_ban_shows_a_red_light_until_its_end(world, gateway):
    await world.pair()
    assert (await world.bus.ask(GetSendState())).light == "green"
    await world.net.fault("temp_ban", seconds=3600)
    banned = await world.state(SessionState.BANNED)
    state = await world.bus.ask(GetSendState())
    assert (state.light, state.paused_until) == ("red", banned.banned_until)
    ends = banned.banned_until.astimezone(ZoneInfo("America/Argentina/Buenos_Aires"))
    assert state.reason == f"WhatsApp suspendió la cuenta hasta el {ends:%d/%m %H:%M}."


async def test_a_dropped_connection_comes_back_and_nothing_is_lost(world, gateway):
    await world.pair()
    await world.net.phone(NELIDA).say("antes")
    await world.event(MessageReceived)
    await world.net.fault("drop_connection")
    await world.net.phone(NELIDA).say("durante")
    second = await world.event(MessageReceived, 2)
    assert second.content.text == "durante"
    await world.state(SessionState.CONNECTED)


async def test_what_whatsapp_repeats_is_told_once(world, gateway):
    await world.pair()
    await world.net.fault("duplicate", times=3)
    for n in range(3):
        await world.net.phone(NELIDA).say(f"{n}")
    await world.net.phone(NELIDA).say("fin")
    await eventually(lambda: [event.content.text for event in world.all(MessageReceived)] == ["0", "1", "2", "fin"])
    await eventually(lambda: _all_taken(world))


async def _all_taken(world):
    return (await world.net.stats())["deliveries"]["waiting"] == 0


async def test_a_refused_version_and_a_refused_login_wait_for_a_person(world, gateway):
    await world.pair()
    await world.net.fault("refuse_login", how="outdated")
    await world.net.fault("drop_connection")
    assert (await world.state(SessionState.OUTDATED)).reason == "client_outdated"
    await world.net.fault("refuse_login", how="connect_failure")
    await world.bus.ask(RestartSession())
    assert (await world.state(SessionState.FAILED)).reason == "connect_failure_409"
    await world.bus.ask(RestartSession())
    await world.state(SessionState.CONNECTED)
