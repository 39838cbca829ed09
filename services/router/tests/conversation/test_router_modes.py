"""Operating modes and emergencies, switched live."""

import pytest

from ispbot_contracts.settings import BotMode, OperationSettings, ZoneEmergency

CUT = ZoneEmergency(enabled=True, zone_ids=["norte"], message="🚧 Corte en Zona Norte.")


@pytest.mark.parametrize("mode", [BotMode.GATEWAY_ONLY, BotMode.STOPPED])
async def test_customers_are_left_unanswered(world, mode):
    phone = world.phone()
    await phone.writes("hola")
    await world.set(OperationSettings(mode=mode))
    assert await phone.writes("1", "asesor") == []
    assert phone.outputs == []


async def test_in_emergency_everybody_gets_the_message_and_nothing_else(world):
    await world.set(OperationSettings(mode=BotMode.EMERGENCY, emergency_message="🚨 Corte general."))
    for contact, number in (("c1", "5493515550001"), ("c9", None)):
        phone = world.phone(contact, number)
        assert await phone.writes("asesor") == ["🚨 Corte general."]
        assert phone.tickets == []
    assert world.around.asked == []


async def test_a_burst_gets_one_emergency_message_and_a_later_message_another(world):
    await world.set(OperationSettings(mode=BotMode.EMERGENCY))
    phone = world.phone()
    assert len(await phone.writes("hola")) == 1
    assert await phone.writes("hola?", "están?") == []
    world.later(seconds=61)
    assert len(await phone.writes("hay alguien?")) == 1


async def test_switching_modes_is_in_force_for_the_next_message(world):
    phone = world.phone()
    assert "Mi cuenta" in (await phone.writes("hola"))[0]
    await world.set(OperationSettings(mode=BotMode.STOPPED))
    assert await phone.writes("1") == []
    await world.set(OperationSettings(mode=BotMode.EMERGENCY, emergency_message="🚨"))
    assert await phone.writes("1") == ["🚨"]
    await world.set(OperationSettings())
    assert "Consultar saldo" in (await phone.writes("1"))[0]


@pytest.mark.parametrize("mode", list(BotMode))
async def test_a_chat_with_a_person_stays_with_the_person_in_every_mode(world, mode):
    phone = world.phone()
    await phone.writes("hola", "asesor")
    await world.set(OperationSettings(mode=mode))
    assert await phone.writes("sigo acá") == []
    assert (await phone.session()).handover is not None


class TestZoneEmergency:
    async def test_customers_of_the_zone_read_it_first_and_are_then_attended(self, world):
        await world.set(OperationSettings(zone_emergency=CUT))
        phone = world.phone("c2", "5493515550002")
        notice, menu = await phone.writes("hola")
        assert notice == "🚧 Corte en Zona Norte."
        assert "¡Hola, Silvia!" in menu
        assert len(await phone.writes("1")) == 1

    async def test_customers_of_other_zones_notice_nothing(self, world):
        await world.set(OperationSettings(zone_emergency=CUT))
        assert len(await world.phone().writes("hola")) == 1

    async def test_a_location_inside_the_zone_counts_too(self, world):
        await world.set(OperationSettings(zone_emergency=CUT))
        phone = world.phone("c9", None)
        assert len(await phone.writes("hola")) == 1
        assert (await phone.sends_place("norte"))[0] == "🚧 Corte en Zona Norte."

    async def test_switched_on_in_the_middle_of_a_conversation_it_is_told_with_the_next_answer(self, world):
        phone = world.phone("c2", "5493515550002")
        await phone.writes("hola")
        await world.set(OperationSettings(zone_emergency=CUT))
        assert len(await phone.writes("1")) == 2
        changed = CUT.model_copy(update={"message": "✅ Ya vuelve."})
        await world.set(OperationSettings(zone_emergency=changed))
        assert (await phone.writes("0"))[0] == "✅ Ya vuelve."

    async def test_the_next_conversation_is_told_again_while_it_lasts(self, world):
        await world.set(OperationSettings(zone_emergency=CUT))
        phone = world.phone("c2", "5493515550002")
        await phone.writes("hola")
        world.later(hours=3)
        assert len(await phone.writes("hola")) == 2

    async def test_switched_off_nobody_is_told(self, world):
        await world.set(OperationSettings(zone_emergency=CUT.model_copy(update={"enabled": False})))
        assert len(await world.phone("c2", "5493515550002").writes("hola")) == 1
