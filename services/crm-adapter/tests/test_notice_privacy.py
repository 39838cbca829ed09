"""No log line of the running adapter holds a phone number, a customer's words, a link or a token of a notice."""

import json

import httpx
import pytest
from notices_world import TOKEN, adapter_process, notice_settings, pusher

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import DeliverNotice
from ispbot_contracts.settings import SendingSettings
from ispbot_runtime.testing import eventually, free_port

_PATIENCE_S = 60.0
NATIONAL, PULLED = "2915048080", "3515550001"
WRONG_TOKEN = "clave-equivocada-987654"
WORDS = "Secreto de Ana"
LINK = "http://127.0.0.1:9/factura-de-ana.pdf"
PRIVATE = (NATIONAL, "5048080", PULLED, "Secreto", "Ana", "factura-de-ana", TOKEN, WRONG_TOKEN)


@pytest.fixture
def vendor():
    return "ispbrain"


@pytest.fixture
async def endpoint(config, settings_store, company, crm_settings, tmp_path, http):
    """Run the adapter as in production but talkative; yields its address and its log."""
    for section in (
        company, crm_settings(altwha_account="7"), notice_settings(), SendingSettings(quiet_hours=False),
    ):  # fmt: skip
        await settings_store.write(section, revision=0)
    port, log = free_port(), tmp_path / "adapter.log"
    url = f"http://127.0.0.1:{port}"
    with adapter_process(
        config, log, ISPBOT_HTTP_PORT=str(port), ISPBOT_ALTWHA_EVERY_S="0.2", ISPBOT_LOG_LEVEL="DEBUG",
        ISPBOT_NOTICE_FILE_RETRY_S="0",
    ):  # fmt: skip

        async def ready():
            try:
                return (await http.get(f"{url}/readyz")).is_success
            except httpx.TransportError:
                return False

        await eventually(ready, timeout_s=_PATIENCE_S)
        yield url, log


@pytest.fixture
def in_state(process_database):
    """Return a function that waits until so many notices are in a state."""

    async def wait(state, count):
        async def there():
            return await process_database["notices"].count_documents({"state": state}) == count

        await eventually(there, timeout_s=_PATIENCE_S)

    return wait


async def test_logs_hold_neither_phone_nor_words_nor_link_nor_token(endpoint, gateway, http, in_state, side, bus):
    url, log = endpoint
    push = pusher(http, url)
    form = {"to": NATIONAL, "message": WORDS}
    assert (await push.mikrowisp_post(NATIONAL, WORDS)).status_code == 200
    assert (await http.get(push.url, params=form | {"token": TOKEN, "message": f"{WORDS} otra vez"})).is_success
    assert (
        await http.post(push.url, data=form | {"url": LINK}, headers={"Authorization": f"Bearer {TOKEN}"})
    ).is_success
    await in_state("sent", 3)
    assert (await http.get(push.url, params=form | {"token": WRONG_TOKEN})).status_code == 401
    assert (await http.post(push.url, data=form, headers={"X-API-Key": WRONG_TOKEN})).status_code == 401
    assert (await push.mikrowisp_post("xx", WORDS)).status_code == 400
    for command in gateway.phones:
        await gateway.receipt(command, "read")
    gateway.verdict, gateway.reason = "failed", "not_on_whatsapp"
    assert (await push.mikrowisp_post(NATIONAL, f"{WORDS} falla")).is_success
    await in_state("failed", 1)
    for phone in (f"549{PULLED}", f"Ana {NATIONAL}?"):
        assert (await side.post("/altwha", json={"phone": phone, "message": WORDS})).is_success
    await in_state("failed", 2)
    broken = DeliverNotice.start(
        "broken", recipient_key="k", source="push", source_id="x", source_name="X", phone=f"549{NATIONAL}", text=WORDS,
        expires_at=utc_now(),
    )  # fmt: skip
    body = json.loads(broken.model_dump_json()) | {"phone": f"Ana {NATIONAL}"}
    await bus.js.publish(f"{broken.subject}", json.dumps(body).encode())
    await eventually(lambda: "message_parked" in log.read_text(), timeout_s=_PATIENCE_S)
    said = log.read_text()
    assert "notices_released" in said
    assert [line for line in said.splitlines() if any(word in line for word in PRIVATE)] == []
