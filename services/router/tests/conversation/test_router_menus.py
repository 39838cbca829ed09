"""Walking the menus."""

import pytest

from ispbot_contracts.crm import Capability, CrmStatus
from ispbot_contracts.settings import CompanySettings, MenuAction, MenuNode, SupportMenuSettings
from ispbot_router.domain.session import Step

MAIN_MENU = "¿En qué te puedo ayudar?"

DEPTHS = {
    "main menu": ["hola"],
    "submenu": ["hola", "1"],
    "answer": ["hola", "1", "1"],
    "asked for a place": ["hola", "planes", "cobertura"],
    "asked for a time": ["hola", "visita"],
    "asked for a yes": ["hola", "visita", "1"],
    "asked for an address": ["hola", "visita", "1", "3"],
    "asked who they are": ["hola", "ya soy cliente"],
    "after a mistake": ["hola", "asdfgh"],
}


WORDS = {
    "menú": MAIN_MENU,
    "MENU": MAIN_MENU,
    "mneu": MAIN_MENU,
    "hola": "¡Hola, Nélida!",
    "buenas tardes": "¡Hola, Nélida!",
    "salir": "¡Gracias por escribir",
    "asesor": "Te responde una persona",
    "hablar con una persona": "Te responde una persona",
}


@pytest.mark.parametrize("depth", DEPTHS)
async def test_universal_words_work_wherever_the_customer_is(world, depth):
    for number, (word, says) in enumerate(WORDS.items()):
        phone = world.phone(f"c{number}")
        await phone.writes(*DEPTHS[depth])
        assert (await phone.session()).step is not Step.NEW
        [answer] = await phone.writes(word)
        assert says in answer, word


@pytest.mark.parametrize("depth", [depth for depth in DEPTHS if depth != "main menu"])
async def test_zero_leads_back_from_wherever_the_customer_is(world, depth):
    for number, word in enumerate(["0", "volver", "0️⃣"]):
        phone = world.phone(f"c{number}")
        await phone.writes(*DEPTHS[depth])
        [answer] = await phone.writes(word, word, word, word)
        assert MAIN_MENU in answer, word
        assert "*0.*" not in answer


async def test_zero_goes_up_one_level_at_a_time(world):
    phone = world.phone()
    assert "Consultar saldo" in (await phone.writes("hola", "1", "1", "0"))[0]
    assert MAIN_MENU in (await phone.writes("0"))[0]


async def test_an_option_is_chosen_by_number_label_keyword_or_sentence(world):
    texts = ["1", "1️⃣", "opción 1", "uno", "consultar saldo", "Saldo", "slado", "cuánto debo?", "quiero saber mi saldo"]
    for number, text in enumerate(texts):
        phone = world.phone(f"c{number}")
        assert "$ 18.500,00" in (await phone.writes("hola", "1", text))[0], text


async def test_words_reach_an_option_of_another_submenu(world):
    phone = world.phone()
    assert "Desenchufá el router" in (await phone.writes("hola", "1", "tengo la luz roja"))[0]


async def test_the_first_message_may_already_say_what_is_wanted(world):
    phone = world.phone()
    [answer] = await phone.writes("Hola, cuánto debo?")
    assert answer.startswith("¡Hola, Nélida!")
    assert "$ 18.500,00" in answer


async def test_a_number_as_first_message_chooses_nothing(world):
    assert MAIN_MENU in (await world.phone().writes("2"))[0]


async def test_the_company_greets_with_its_own_words(world):
    company = world.desk.company
    await world.set(company.model_copy(update={"welcome": "Bienvenido a Red Sur, tu Internet de barrio."}))
    assert "tu Internet de barrio" in (await world.phone().writes("hola"))[0]


async def test_a_number_off_the_list_is_answered_with_the_range(world):
    [answer] = await world.phone().writes("hola", "9")
    assert "del *1* al *4*" in answer
    assert "Mi cuenta y facturas" in answer


async def test_three_misunderstandings_hand_over_to_a_person(world):
    phone = world.phone()
    [first] = await phone.writes("hola", "qwerty")
    [second] = await phone.writes("asdfgh")
    assert first != second
    assert phone.tickets == []
    [third] = await phone.writes("zxcvbn")
    assert "Te responde una persona" in third
    assert phone.tickets[0].reason == "El bot no entendió la consulta"
    assert await phone.writes("hola?") == []


async def test_understanding_once_forgives_the_earlier_mistakes(world):
    phone = world.phone()
    await phone.writes("hola", "qwerty", "asdfgh", "1", "qwerty", "asdfgh")
    assert phone.tickets == []


async def test_a_menu_edited_by_staff_is_in_force_at_once_and_shown_numbers_keep_their_meaning(world):
    phone = world.phone()
    await phone.writes("hola")
    root = world.desk.settings(SupportMenuSettings).root
    news = MenuNode(node_id="news", label="Novedades", action=MenuAction.TEXT, text="¡Nuevo local!")
    await world.set(SupportMenuSettings(root=root.model_copy(update={"children": [news, *root.children]})))
    assert "Consultar saldo" in (await phone.writes("1"))[0]
    [menu] = await phone.writes("menú")
    assert "*1.* Novedades" in menu
    assert "¡Nuevo local!" in (await phone.writes("1"))[0]


async def test_an_option_that_staff_removed_is_said_to_be_gone(world):
    phone = world.phone()
    await phone.writes("hola")
    root = world.desk.settings(SupportMenuSettings).root
    await world.set(SupportMenuSettings(root=root.model_copy(update={"children": root.children[1:]})))
    [answer] = await phone.writes("1")
    assert "ya no está disponible" in answer
    assert "*1.* Problemas con mi servicio" in answer


async def test_options_that_the_management_system_can_not_do_are_hidden(world):
    world.desk.crm.status = CrmStatus(
        vendor="x", capabilities=[Capability.IDENTIFY, Capability.BALANCE], healthy=True, reason=None
    )
    [answer] = await world.phone().writes("hola", "1")
    assert "Consultar saldo" in answer
    assert "factura" not in answer.partition("\n")[2].lower()


async def test_thanks_are_answered_and_leave_everything_as_it_was(world):
    phone = world.phone()
    assert "De nada" in (await phone.writes("hola", "1", "gracias!"))[0]
    assert "$ 18.500,00" in (await phone.writes("1"))[0]


async def test_leaving_ends_the_conversation(world):
    phone = world.phone()
    await phone.writes("hola", "1", "chau")
    assert (await phone.session()).step is Step.NEW


async def test_after_an_hour_of_silence_the_conversation_starts_again(world):
    phone = world.phone()
    await phone.writes("hola", "1")
    world.later(minutes=61)
    assert MAIN_MENU in (await phone.writes("1"))[0]


async def test_customers_reach_the_sales_menu_and_come_back(world):
    phone = world.phone()
    [sales] = await phone.writes("hola", "3")
    assert "Ver planes disponibles" in sales
    assert MAIN_MENU in (await phone.writes("0"))[0]


async def test_known_names_are_not_asked_again_within_hours(world):
    phone = world.phone()
    await phone.writes("hola")
    world.around.asked.clear()
    world.later(hours=2)
    await phone.writes("hola")
    assert world.around.asked == []


async def test_every_company_may_have_other_words(world):
    await world.set(CompanySettings(name="Otra Red"))
    assert "Otra Red" in (await world.phone().writes("hola"))[0]
