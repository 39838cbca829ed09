"""Settings: typed, sealed, compare-and-set, in force within a moment."""

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from ispbot_contracts.settings import BotMode, CrmSettings, CrmVendor, MikroWispSettings, OperationSettings
from ispbot_contracts.streams import SETTINGS_BUCKET
from ispbot_runtime.secrets import Cipher, KeyMismatch
from ispbot_runtime.settings_store import SettingsConflict
from ispbot_runtime.testing import eventually


async def test_an_unwritten_section_has_its_defaults(settings_store):
    stored = await settings_store.read(OperationSettings)
    assert (stored.value.mode, stored.revision) == (BotMode.COMPLETE, 0)


async def test_two_admins_never_overwrite_each_other(settings_store):
    stored = await settings_store.read(OperationSettings)
    await settings_store.write(stored.value.model_copy(update={"mode": BotMode.STOPPED}), revision=stored.revision)
    with pytest.raises(SettingsConflict):
        await settings_store.write(
            stored.value.model_copy(update={"mode": BotMode.EMERGENCY}), revision=stored.revision
        )
    assert (await settings_store.read(OperationSettings)).value.mode is BotMode.STOPPED


async def test_a_change_is_in_force_without_a_restart_and_tells_its_listeners(settings_store, start_watch):
    watch = await start_watch(OperationSettings)
    told = []

    async def listen(section):
        told.append(section.mode)

    watch.on_change(listen)
    await settings_store.write(OperationSettings(mode=BotMode.EMERGENCY), revision=0)
    await eventually(lambda: watch.current(OperationSettings).mode is BotMode.EMERGENCY and told == [BotMode.EMERGENCY])


async def test_a_secret_is_sealed_in_the_bucket_and_open_for_its_service(settings_store, bus):
    await settings_store.write(
        CrmSettings(
            vendor=CrmVendor.MIKROWISP, mikrowisp=MikroWispSettings(url="https://isp", token=SecretStr("s3cret"))
        ),
        revision=0,
    )
    raw = (await (await bus.js.key_value(SETTINGS_BUCKET)).get("crm")).value
    assert b"s3cret" not in raw
    stored = await settings_store.read(CrmSettings)
    assert stored.value.mikrowisp.token.get_secret_value() == "s3cret"


async def test_a_broken_section_leaves_the_last_good_one_in_force(settings_store, start_watch, bus):
    await settings_store.write(OperationSettings(mode=BotMode.STOPPED), revision=0)
    watch = await start_watch(OperationSettings)
    bucket = await bus.js.key_value(SETTINGS_BUCKET)
    await bucket.put("operation", b'{"mode": "PARTY"}')
    revision = await bucket.put("other", b"{}")
    await settings_store.write(OperationSettings(mode=BotMode.GATEWAY_ONLY), revision=revision - 1)
    await eventually(lambda: watch.current(OperationSettings).mode is BotMode.GATEWAY_ONLY)


def test_a_secret_sealed_with_another_key_is_said_so():
    one, other = (Cipher(Fernet.generate_key().decode()) for _ in range(2))
    with pytest.raises(KeyMismatch):
        other.decrypt(one.encrypt("x"))
