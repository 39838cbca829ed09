"""Who writes: by phone, by DNI, by customer number, with several contracts, with a hidden phone."""

from datetime import timedelta

from ispbot_contracts.crm import CrmStatus
from ispbot_contracts.settings import BotSettings
from ispbot_router.domain.session import Step


async def test_a_known_phone_is_greeted_by_name_with_the_support_menu(world):
    [answer] = await world.phone().writes("hola")
    assert answer.startswith("¡Hola, Nélida! 👋 Soy el asistente virtual de *Red Sur Internet*.")
    assert "*1.* Mi cuenta y facturas" in answer


async def test_an_unknown_phone_gets_the_sales_menu(world):
    [answer] = await world.phone("c9", "5493515559999").writes("hola")
    assert "Ver planes disponibles" in answer
    assert "Ya soy cliente" in answer


class TestByDni:
    async def test_the_dni_is_asked_checked_and_remembered(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "DNI del titular" in (await phone.writes("hola", "6"))[0]
        [menu] = await phone.writes("27.333.444")
        assert "Estela" in menu
        assert "Mi cuenta y facturas" in menu
        world.later(days=9)
        assert (await phone.writes("hola"))[0].startswith("¡Hola, Estela!")

    async def test_after_months_of_silence_the_phone_may_be_somebody_elses(self, world):
        phone = world.phone("c9", None)
        await phone.writes("hola", "27333444")
        world.later(days=89)
        assert "Saldo de Estela" in (await phone.writes("saldo"))[0]
        world.later(days=91)
        assert "necesito saber quién sos" in (await phone.writes("saldo"))[0]

    async def test_the_customer_number_is_as_good(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "Estela" in (await phone.writes("hola", "ya soy cliente", "cliente 1006"))[0]

    async def test_what_was_wanted_is_done_right_after(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "necesito saber quién sos" in (await phone.writes("hola", "quiero ver mi saldo"))[0]
        [answer] = await phone.writes("27333444")
        assert "Saldo de Estela Domínguez" in answer

    async def test_a_hidden_phone_works_the_same(self, world):
        phone = world.phone("c9", None)
        assert "Ver planes" in (await phone.writes("hola"))[0]
        assert "Estela" in (await phone.writes("ya soy cliente", "27333444"))[0]
        assert "Saldo de Estela" in (await phone.writes("saldo"))[0]

    async def test_a_wrong_number_is_asked_again_and_three_lead_to_a_person(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "No encontré" in (await phone.writes("hola", "ya soy cliente", "11222333"))[0]
        assert "No encontré" in (await phone.writes("44"))[0]
        assert "Te responde una persona" in (await phone.writes("55"))[0]
        assert len(phone.tickets) == 1

    async def test_what_is_no_number_is_explained(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "no parece un DNI" in (await phone.writes("hola", "ya soy cliente", "1234 o 5678"))[0]

    async def test_a_dni_is_understood_even_when_nobody_asked_for_it(self, world):
        phone = world.phone("c9", None)
        assert "Estela" in (await phone.writes("hola", "27.333.444"))[0]
        assert "Estela" in (await world.phone("c8", None).writes("27333444"))[0]

    async def test_not_knowing_is_met_with_an_example_and_the_question_stands(self, world):
        phone = world.phone("c9", None)
        assert "por ejemplo *30111222*" in (await phone.writes("hola", "ya soy cliente", "no lo sé"))[0]
        assert "Estela" in (await phone.writes("27333444"))[0]

    async def test_changing_ones_mind_leaves_the_question(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "Nuestros planes" in (await phone.writes("hola", "ya soy cliente", "mejor ver los planes"))[0]


class TestSeveralContracts:
    async def test_the_bot_asks_which_one_and_never_guesses(self, world):
        phone = world.phone("c4", "5493515550004")
        [question] = await phone.writes("hola")
        assert "*1.* N.º 1004 · San Martín 10" in question
        assert "*2.* N.º 2004 · Rivadavia 20" in question
        [menu] = await phone.writes("2")
        assert "Contrato *2004* (Rivadavia 20)" in menu
        assert "$ 9.000,00" in (await phone.writes("saldo"))[0]

    async def test_the_wish_waits_until_the_contract_is_chosen(self, world):
        phone = world.phone("c4", "5493515550004")
        assert "¿Sobre cuál" in (await phone.writes("hola, cuánto debo?"))[0]
        assert "Estás al día" in (await phone.writes("1"))[0]

    async def test_the_choice_holds_in_the_conversation_and_can_be_changed(self, world):
        phone = world.phone("c4", "5493515550004")
        await phone.writes("hola", "2", "menú")
        assert (await phone.session()).account.number == "2004"
        assert "¿Sobre cuál" in (await phone.writes("cambiar cuenta"))[0]
        assert "Contrato *1004*" in (await phone.writes("1"))[0]

    async def test_a_contract_is_chosen_by_its_street_or_number_but_not_by_what_both_share(self, world):
        for number, text in enumerate(["Rivadavia 20", "la de rivadavia 20", "2004"]):
            phone = world.phone(f"c{number}", "5493515550004")
            assert "Contrato *2004*" in (await phone.writes("hola", text))[0]
        assert "no entendí" in (await world.phone("c9", "5493515550004").writes("hola", "fibra 100"))[0]

    async def test_a_new_conversation_asks_again(self, world):
        phone = world.phone("c4", "5493515550004")
        await phone.writes("hola", "2")
        world.later(hours=2)
        assert "¿Sobre cuál" in (await phone.writes("hola"))[0]


class TestTrouble:
    async def test_at_first_contact_an_absent_system_is_said_and_the_rest_goes_on(self, world):
        world.around.crm_is = "broken"
        phone = world.phone()
        [answer] = await phone.writes("hola")
        assert "no puedo consultar los datos de clientes" in answer
        assert "Ver planes" in answer
        world.around.crm_is = "fine"
        assert "¡Hola, Nélida!" in (await phone.writes("reintentar"))[0]

    async def test_a_name_known_from_before_is_good_enough_while_the_system_is_away(self, world):
        phone = world.phone()
        await phone.writes("hola")
        world.around.crm_is = "unavailable"
        world.later(days=2)
        assert "¡Hola, Nélida!" in (await phone.writes("hola"))[0]

    async def test_without_a_management_system_everybody_is_a_visitor(self, world):
        world.around.crm_is = "not_set_up"
        world.desk.crm.status = CrmStatus(vendor=None, capabilities=[], healthy=False, reason=None)
        phone = world.phone()
        [answer] = await phone.writes("hola")
        assert "Ya soy cliente" not in answer
        assert "no entendí" in (await phone.writes("saldo"))[0]
        assert world.desk.crm.limit() == "no management system is configured"

    async def test_asking_a_system_that_is_not_set_up_leads_to_an_advisor(self, world):
        phone = world.phone()
        await phone.writes("hola")
        world.around.crm_is = "not_set_up"
        assert "Un asesor te ayuda" in (await phone.writes("saldo"))[0]

    async def test_a_customer_deleted_in_the_system_is_forgotten(self, world):
        phone = world.phone()
        await phone.writes("hola")
        world.around.customers = []
        assert "No encuentro más esa cuenta" in (await phone.writes("saldo"))[0]
        assert (await phone.session()).account is None


class TestSomebodyElse:
    async def test_who_was_named_from_memory_is_asked_about_again_before_anything_is_shown(self, world):
        phone = world.phone()
        world.around.stale = timedelta(hours=3)
        assert "¡Hola, Nélida!" in (await phone.writes("hola"))[0]
        world.around.stale = None
        nelida, estela = world.around.customers[0], world.around.customers[-1]
        world.around.customers = [
            nelida.model_copy(update={"phones": []}),
            estela.model_copy(update={"phones": nelida.phones}),
        ]
        assert "Saldo de Estela" in (await phone.writes("saldo"))[0]

    async def test_while_the_system_stays_away_memory_is_good_enough(self, world):
        phone = world.phone()
        world.around.stale = timedelta(hours=3)
        await phone.writes("hola")
        assert "Saldo de Nélida" in (await phone.writes("saldo"))[0]

    async def test_the_choice_of_a_contract_outlives_being_asked_again(self, world):
        phone = world.phone("c4", "5493515550004")
        world.around.stale = timedelta(hours=3)
        await phone.writes("hola", "2")
        world.around.stale = None
        assert "$ 9.000,00" in (await phone.writes("saldo"))[0]

    async def test_the_ids_of_another_system_are_other_people(self, world):
        phone = world.phone("c9", None)
        await world.use_system("viejo")
        await phone.writes("hola", "27333444")
        assert "Saldo de Estela" in (await phone.writes("saldo"))[0]
        await world.use_system("nuevo")
        assert "necesito saber quién sos" in (await phone.writes("saldo"))[0]

    async def test_what_was_offered_for_the_old_system_is_not_done_in_the_new_one(self, world):
        phone = world.phone()
        await world.use_system("viejo")
        await phone.writes("hola", "promesa de pago")
        await world.use_system("nuevo")
        assert "No encuentro más esa cuenta" in (await phone.writes("1"))[0]
        assert world.around.promises == {}

    async def test_the_next_conversation_starts_without_them_too(self, world):
        phone = world.phone("c9", None)
        await world.use_system("viejo")
        await phone.writes("hola", "27333444")
        await world.use_system("nuevo")
        world.later(days=1)
        assert "Ver planes" in (await phone.writes("hola"))[0]

    async def test_who_was_known_before_systems_had_names_stays_known(self, world):
        phone = world.phone("c9", None)
        await phone.writes("hola", "27333444")
        await world.use_system("de siempre")
        world.later(days=1)
        assert (await phone.writes("hola"))[0].startswith("¡Hola, Estela!")
        assert (await phone.session()).identity.source == "de siempre"


async def test_the_loop_limit_does_not_depend_on_identity(world):
    await world.set(BotSettings(tries_before_person=1))
    phone = world.phone("c9", None)
    assert "Te responde una persona" in (await phone.writes("hola", "ya soy cliente", "99"))[0]
    assert (await phone.session()).step is Step.NEW
