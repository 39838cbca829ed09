"""Order, exactly one effect and nothing lost, seen from the phones: rolling restart, one id from phone to phone."""

import asyncio
import json
import signal

import psutil
import pytest

from bench.chaos import prepare
from ispbot_launcher.running import Running
from ispbot_router.texts import menus
from ispbot_runtime.testing import eventually
from tests.replicas import second_replica

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

_PATIENCE_S = 90
_BREATH_S = 0.4
"""A phone that writes the moment it is answered goes through the loop guard's budget on a fast machine."""


def ended(process: psutil.Process) -> bool:
    """Tell whether a process is over, whether its parent has noticed or not."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def restart(running: Running, name: str) -> None:
    """Stop a service as an upgrade does; it says itself when it could not drain in time; then it must come back."""
    before = running.part(name)
    process = psutil.Process(before.pid)
    process.send_signal(signal.SIGTERM)
    await eventually(lambda: ended(process), timeout_s=_PATIENCE_S)
    assert '"service_drain_timed_out"' not in running.log(name)
    await eventually(
        lambda: running.part(name).restarts > before.restarts and running.part(name).status == "ready",
        timeout_s=_PATIENCE_S,
    )


async def test_a_rolling_restart_of_every_service_goes_unnoticed_by_the_phones(linked, running: Running):
    bus = await prepare(running)
    await bus.stop()
    done = asyncio.Event()
    phones = [linked.phone(f"5493518{number:06d}") for number in range(8)]
    sent = dict.fromkeys(phones, 0)

    async def live(phone) -> None:
        while not done.is_set():
            for words in ("menú", "1", "0"):
                await phone.say(words)
                sent[phone] += 1
                await phone.expect(timeout_s=_PATIENCE_S)
                await asyncio.sleep(_BREATH_S)

    with second_replica(running, "router"), second_replica(running, "tickets"):
        living = [asyncio.create_task(live(phone)) for phone in phones]
        for part in running.services():
            await restart(running, part.name)
        done.set()
        await asyncio.gather(*living)
    for phone in phones:
        texts = [message.text for message in phone.inbox]
        assert len(texts) == sent[phone] >= 3
        assert menus.WE_ARE_BACK not in texts
        assert texts[3:] == (texts[3:6] * len(texts))[: len(texts) - 3], "the answers come in the order of the words"


async def test_one_id_leads_from_the_phone_through_every_service_to_the_phone(linked, running: Running):
    phone = linked.phone("5493515550001")
    await phone.say("asesor")
    await phone.expect("Te responde una persona", timeout_s=_PATIENCE_S)

    def traces(service: str) -> set[str]:
        facts = [json.loads(line) for line in running.log(service).splitlines() if line.startswith("{")]
        return {fact["correlation_id"] for fact in facts if fact.get("correlation_id")}

    def followed() -> bool:
        return bool(set.intersection(*(traces(name) for name in ("gateway-wa", "router", "tickets", "ai"))))

    await eventually(followed, timeout_s=_PATIENCE_S)
