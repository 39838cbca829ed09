"""Plans, promotions and coverage."""

from ispbot_contracts.settings import NotificationSettings, PlansSettings, PromotionsSettings, ZonesSettings


async def test_plans_on_offer_are_listed_with_what_to_do_next(world):
    [answer] = await world.phone("c9", "5493515559999").writes("hola", "1")
    assert "*Fibra 100* · $ 25.000,00 por mes\n100 Mbps de bajada y 50 de subida\n✔️ Instalación sin cargo" in answer
    assert "Cobre 6" not in answer
    assert "Verificar cobertura" in answer


async def test_without_plans_an_advisor_is_offered(world):
    await world.set(PlansSettings())
    assert "te los cuenta un asesor" in (await world.phone("c9", None).writes("hola", "1"))[0]


async def test_only_promotions_valid_today_are_told(world):
    [answer] = await world.phone("c9", None).writes("hola", "promos")
    assert "50 % por 3 meses" in answer
    assert "Hasta el 24/11" in answer
    assert "Promo vieja" not in answer


async def test_a_promotion_ends_with_its_last_day_in_the_companys_time_zone(world):
    world.later(hours=12, minutes=30)
    assert "50 % por 3 meses" in (await world.phone("c9", None).writes("hola", "promos"))[0]
    world.later(minutes=45)
    assert "no tenemos promociones vigentes" in (await world.phone("c8", None).writes("hola", "promos"))[0]


async def test_without_promotions_the_plans_are_offered(world):
    await world.set(PromotionsSettings())
    [answer] = await world.phone("c9", None).writes("hola", "promos")
    assert "*1.* Ver planes disponibles" in answer


class TestCoverage:
    async def test_a_location_is_asked_for_and_answered_with_its_zone(self, world):
        phone = world.phone("c9", "5493515559999", "Pepe")
        assert "Mandame la *ubicación*" in (await phone.writes("hola", "cobertura"))[0]
        [answer] = await phone.sends_place("centro")
        assert "✅ ¡Buenas noticias! Tenemos cobertura en esa ubicación (*Centro*)." in answer
        assert "*1.* Ver planes disponibles\n*2.* Solicitar visita comercial" in answer

    async def test_a_location_sent_at_any_moment_is_answered(self, world):
        phone = world.phone("c9", None)
        [answer] = await phone.sends_place("norte")
        assert answer.startswith("¡Hola! 👋")
        assert "Zona Norte" in answer

    async def test_outside_every_zone_an_advisor_is_offered(self, world):
        phone = world.phone("c9", None)
        assert "no llegamos" in (await phone.sends_place("away"))[0]
        await phone.writes("1")
        assert phone.tickets[0].area == "sales"

    async def test_a_zone_without_service_yet_is_told_as_such(self, world):
        assert "*Zona Sur*, donde todavía no damos servicio" in (await world.phone("c9", None).sends_place("sur"))[0]

    async def test_a_written_address_is_not_enough_and_that_is_explained(self, world):
        phone = world.phone("c9", None)
        assert "no alcanza con la dirección" in (await phone.writes("hola", "cobertura", "San Juan 1234"))[0]

    async def test_a_customers_location_is_acknowledged_as_theirs(self, world):
        phone = world.phone()
        await phone.writes("hola")
        [answer] = await phone.sends_place("centro")
        assert "Recibí tu ubicación: está en *Centro*" in answer
        assert phone.notices == []

    async def test_yes_and_no_answer_the_only_offer(self, world):
        yes, no = world.phone("c8", None), world.phone("c9", None)
        for phone in (yes, no):
            await phone.sends_place("away")
        await yes.writes("si")
        assert len(yes.tickets) == 1
        assert "¿Qué te gustaría saber?" in (await no.writes("no"))[0]

    async def test_without_drawn_zones_an_advisor_checks(self, world):
        await world.set(ZonesSettings())
        assert "Un asesor tiene que verificar" in (await world.phone("c9", None).sends_place("centro"))[0]


class TestTheSalesGroup:
    async def test_an_interested_person_is_announced_once_per_conversation_and_each_coverage_check_too(self, world):
        phone = world.phone("c9", "5493515559999", "Pepe")
        await phone.writes("hola", "planes")
        [notice] = phone.notices
        assert (notice.group, notice.priority) == ("222@g.us", "notice")
        assert "Pepe · +54 9 351 555-9999\n📝 Consultó los planes" in notice.content.text
        await phone.writes("promos")
        assert phone.notices == []
        await phone.sends_place("centro")
        assert "está en *Centro*" in phone.notices[0].content.text

    async def test_customers_are_not_announced(self, world):
        phone = world.phone()
        await phone.writes("hola", "planes", "1")
        assert phone.notices == []

    async def test_without_a_group_nothing_is_announced(self, world):
        await world.set(NotificationSettings())
        phone = world.phone("c9", None)
        await phone.writes("hola", "planes")
        assert (len(phone.texts), phone.notices) == (1, [])
