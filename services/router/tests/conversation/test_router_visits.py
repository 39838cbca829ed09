"""Arranging visits."""

from datetime import timedelta

from ispbot_contracts.scheduler import BookVisit, FreeSlots, VisitKind


def booked(world) -> list[BookVisit]:
    return [query for query in world.around.asked if isinstance(query, BookVisit)]


async def test_a_customer_books_a_technical_visit(world):
    phone = world.phone()
    [slots] = await phone.writes("hola", "visita")
    assert "*1.* mié 25/11, de 10:30 a 12:00" in slots
    assert "*0.* Cancelar" in slots
    [confirm] = await phone.writes("2")
    assert "📅 jueves 26/11, de 10:30 a 12:00\n📍 Av. Colón 1234" in confirm
    [done] = await phone.writes("sí")
    assert "quedó agendada (n.º 1)" in done
    assert "👷 Leandro Funes" in done
    [query] = booked(world)
    assert (query.kind, query.zone_id, query.customer.customer_id, query.booked_by, query.address) == (
        VisitKind.TECHNICAL, "centro", "1001", "bot", "Av. Colón 1234",
    )  # fmt: skip
    [notice] = phone.notices
    assert notice.group == "111@g.us"
    assert "Nélida Correa · +54 9 351 555-0001" in notice.content.text


async def test_somebody_interested_books_a_commercial_visit_at_an_address(world):
    phone = world.phone("c9", "5493515559999", "Pepe")
    assert "¿A dónde vamos?" in (await phone.writes("hola", "visita", "1"))[0]
    assert "dirección completa" in (await phone.writes("123"))[0]
    assert "📍 San Juan 123, barrio Güemes" in (await phone.writes("San Juan 123,  barrio Güemes"))[0]
    assert "visita comercial" in (await phone.writes("1"))[0]
    [query] = booked(world)
    assert (query.kind, query.customer, query.customer_name, query.phone) == (
        VisitKind.INSTALLATION,
        None,
        "Pepe",
        "5493515559999",
    )
    assert phone.notices[0].group == "222@g.us"


async def test_the_place_may_be_a_location_and_names_the_zone(world):
    phone = world.phone("c9", None, "Pepe")
    await phone.writes("hola", "visita", "1")
    assert "la ubicación que mandaste" in (await phone.sends_place("norte"))[0]
    await phone.writes("1")
    [query] = booked(world)
    assert query.zone_id == "norte"
    assert query.address.startswith("https://maps.google.com/?q=-31.385")


async def test_a_choice_of_days_is_offered_not_only_the_next_one(world):
    [first, *_] = world.around.slots
    spans = [timedelta(days=day, hours=hour) for day in range(4) for hour in (0, 2, 4, 6)]
    world.around.slots = [
        first.model_copy(update={"starts_at": first.starts_at + span, "ends_at": first.ends_at + span})
        for span in spans
    ]
    [answer] = await world.phone().writes("hola", "visita")
    assert (answer.count("mié 25/11"), answer.count("jue 26/11"), answer.count("vie 27/11")) == (3, 3, 0)


async def test_a_nameless_contact_is_asked_for_the_name_too(world):
    assert "tu *nombre*" in (await world.phone("c9", None).writes("hola", "visita", "1"))[0]


async def test_the_zone_of_the_customer_chooses_the_technician(world):
    await world.phone("c2", "5493515550002").writes("hola", "visita")
    [query] = [query for query in world.around.asked if isinstance(query, FreeSlots)]
    assert query.zone_id == "norte"


async def test_a_time_taken_meanwhile_is_said_and_fresh_ones_are_offered(world):
    first, second = world.phone("c1"), world.phone("c2", "5493515550002")
    await first.writes("hola", "visita", "1")
    await second.writes("hola", "visita", "1", "1")
    [answer] = await first.writes("1")
    assert answer.startswith("Ese horario se acaba de ocupar.")
    assert "mié 25/11" not in answer
    assert "jueves 26/11" in (await first.writes("1"))[0]
    assert "quedó agendada (n.º 2)" in (await first.writes("1"))[0]


async def test_a_booking_whose_answer_got_lost_is_not_booked_twice(world):
    phone = world.phone()
    await phone.writes("hola", "visita", "1")
    world.around.agenda_is = "broken"
    assert "no puedo ver la agenda" in (await phone.writes("1"))[0]
    world.around.agenda_is = "fine"
    assert "quedó agendada (n.º 1)" in (await phone.writes("reintentar"))[0]
    assert len(world.around.visits) == 1
    assert "No quedó nada pendiente" in (await phone.writes("reintentar"))[0]


async def test_time_and_address_can_be_changed_before_the_yes(world):
    phone = world.phone()
    assert "¿Cuál te queda bien?" in (await phone.writes("hola", "visita", "1", "otro horario"))[0]
    assert "¿A dónde vamos?" in (await phone.writes("3", "otra dirección"))[0]
    assert "📅 viernes 27/11, de 10:30 a 12:00\n📍 Rivadavia 99" in (await phone.writes("Rivadavia 99"))[0]


async def test_zero_cancels_and_says_so(world):
    [answer] = await world.phone().writes("hola", "visita", "1", "0")
    assert answer.startswith("Dale, no agendamos nada.")
    assert world.around.visits == {}


async def test_without_free_times_an_advisor_is_offered(world):
    world.around.slots = []
    assert "no tengo turnos libres" in (await world.phone().writes("hola", "visita"))[0]


async def test_an_agenda_that_is_away_is_said_and_tried_again(world):
    phone = world.phone()
    world.around.agenda_is = "broken"
    assert "no puedo ver la agenda" in (await phone.writes("hola", "visita"))[0]
    world.around.agenda_is = "fine"
    assert "¿Cuál te queda bien?" in (await phone.writes("1"))[0]


async def test_a_visitor_who_wants_a_technician_is_asked_who_they_are(world):
    phone = world.phone("c9", None)
    assert "necesito saber quién sos" in (await phone.writes("hola", "necesito un técnico"))[0]
    assert "¿Cuál te queda bien?" in (await phone.writes("27333444"))[0]
