"""A link that answers pings and brings nothing: noticed, made anew, and never in a loop."""

import pytest
from neonize_rig import FakeGo
from prometheus_client import REGISTRY
from test_gateway_spool import link_up, pair, wire  # noqa: F401 - fixtures among them

from ispbot_contracts.whatsapp import GetSendState, MessageReceived, SessionChanged, SessionState
from ispbot_gateway_wa.domain.silence import HOURS, REMEMBERED_MINUTES, Stage
from ispbot_gateway_wa.silence import COLLECTION
from ispbot_runtime.testing import eventually

NELIDA = "5493515550001"
EVERY_MINUTE = [float(REMEMBERED_MINUTES)] * HOURS
"""Something has come in every minute of every hour for four weeks."""


@pytest.fixture
async def experienced(world):
    """A gateway of this database has listened for a month."""
    row = {"_id": "main", "stage": 0, "heard_at": None, "lively": EVERY_MINUTE, "watched": EVERY_MINUTE}
    await world.database[COLLECTION].insert_one(row)


async def stored_stage(world):
    return Stage((await world.database[COLLECTION].find_one({"_id": "main"}))["stage"])


async def quiet_until(gateway, stage):
    """Let minutes pass until a step is taken; the watch's own clock is too slow for a test."""
    await eventually(lambda: gateway.limit() is None)
    watch = gateway._term.silence
    for _ in range(30):
        await watch.minute()
        if watch.silence.stage is stage:
            return
    raise AssertionError(f"never {stage!r}")


def count(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_link_gone_deaf_is_made_anew_and_what_waited_arrives(world, experienced, gateway):
    await world.pair()
    await world.net.phone(NELIDA).say("antes")
    await world.event(MessageReceived)
    withheld = count("ispbot_wa_silences_ended_total", how="withheld")
    await world.net.fault("zombie")
    await world.net.phone(NELIDA).say("durante")
    await quiet_until(gateway, Stage.RECONNECTED)
    assert (await world.event(MessageReceived, 2)).content.text == "durante"
    await world.state(SessionState.CONNECTED)
    watch = gateway._term.silence
    assert watch.silence.stage is Stage.TRUSTED
    assert count("ispbot_wa_silences_ended_total", how="withheld") == withheld + 1
    assert "silent" in [event.status.reason for event in world.all(SessionChanged)]
    assert max(watch.silence.quiet) == 0
    assert min(watch.silence.usual.watched) == REMEMBERED_MINUTES
    await watch.minute()
    assert await stored_stage(world) is Stage.TRUSTED  # a restart now does not skip a step of the next silence


async def test_the_real_link_gone_deaf_is_made_anew_too(world, experienced, link_up):  # noqa: F811 - the fixture
    gateway, rig = await link_up(FakeGo())
    await pair(world, rig)
    await rig.say("antes")
    await world.event(MessageReceived)
    await rig.go_deaf()
    await rig.say("durante")
    await quiet_until(gateway, Stage.RECONNECTED)
    assert (await world.event(MessageReceived, 2)).content.text == "durante"
    assert len(rig.go.sessions) == 2
    assert gateway._term.silence.silence.stage is Stage.TRUSTED


async def test_what_no_step_cures_is_told_to_people_and_not_tried_again(world, experienced, gateway):
    await world.pair()
    await world.net.phone(NELIDA).say("antes")
    await world.event(MessageReceived)
    await world.net.fault("silent", times=None)  # new connections too
    await quiet_until(gateway, Stage.RECONNECTED)
    first_term = gateway._term
    assert await stored_stage(world) is Stage.RECONNECTED
    await quiet_until(gateway, Stage.RESTARTED)
    await eventually(lambda: gateway._term not in {None, first_term})
    await quiet_until(gateway, Stage.ALERTED)
    assert gateway.silence_limit().startswith("nothing has come from WhatsApp since")
    state = await world.bus.ask(GetSendState())
    assert state.light == "amber"
    assert "No llega nada de WhatsApp" in state.reason
    assert count("ispbot_wa_silence_stage") == Stage.ALERTED
    second_term, changes = gateway._term, len(world.all(SessionChanged))
    for _ in range(60):
        await second_term.silence.minute()
    assert gateway._term is second_term
    assert gateway.limit() is None
    assert len(world.all(SessionChanged)) == changes
    await world.net.clear_faults()
    await world.net.phone(NELIDA).say("después")
    assert (await world.event(MessageReceived, 2)).content.text == "después"
    assert gateway.silence_limit() is None
    assert (await world.bus.ask(GetSendState())).light == "green"


async def test_a_restart_neither_forgets_what_was_tried_nor_tries_it_again(world, experienced, gateway, start_gateway):
    await world.pair()
    await world.net.fault("silent", times=None)
    await quiet_until(gateway, Stage.RECONNECTED)
    await gateway.stop()
    again = await start_gateway()
    await world.state(SessionState.CONNECTED)
    await eventually(lambda: again.limit() is None)
    assert again._term.silence.silence.stage is Stage.RECONNECTED
    await quiet_until(again, Stage.RESTARTED)
    assert await stored_stage(world) is Stage.RESTARTED
