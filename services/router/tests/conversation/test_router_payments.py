"""Paying with a link, and promising to pay."""

from datetime import date, timedelta

import pytest

from ispbot_contracts.crm_writes import PromisePayment
from ispbot_router.handlers.promise_payment import days_between
from ispbot_runtime.errors import Refusal

TODAY = date(2026, 11, 24)


class TestPaymentLink:
    async def test_a_debt_is_paid_with_a_link(self, world):
        [answer] = await world.phone().writes("hola", "link de pago")
        assert "*Pagá online $ 18.500,00*" in answer
        assert "https://pagos.example/1001" in answer

    async def test_somebody_up_to_date_gets_no_link(self, world):
        assert (
            "no tenés nada para pagar" in (await world.phone("c2", "5493515550002").writes("hola", "link de pago"))[0]
        )

    async def test_without_a_link_the_other_means_are_offered(self, world):
        world.around.no_link = True
        [answer] = await world.phone().writes("hola", "link de pago")
        assert "no puedo generar el link" in answer
        assert "Medios de pago" in answer

    async def test_a_system_without_links_hides_the_option(self, world):
        world.around.lacks = {"payment_link", "payment_promise"}
        await world.desk.crm.refresh()
        [answer] = await world.phone().writes("hola", "1")
        assert "link" not in answer
        assert "Prometer" not in answer


class TestPromise:
    async def test_a_customer_chooses_a_day_and_the_promise_is_booked_there(self, world):
        phone = world.phone()
        [days] = await phone.writes("hola", "promesa de pago")
        assert "Debés *$ 18.500,00*. ¿Hasta qué día" in days
        assert "*5.* domingo 29/11" in days
        [answer] = await phone.writes("5")
        assert "promesa de pago de *$ 18.500,00* hasta el *domingo 29/11*" in answer
        assert world.around.promises == {"1001": date(2026, 11, 29)}

    async def test_the_day_may_be_named(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago", "viernes 27/11")
        assert world.around.promises == {"1001": date(2026, 11, 27)}

    async def test_the_same_words_handled_twice_are_one_promise(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago", "1")
        first = phone.texts
        assert await phone.deliver(phone.last) == first
        assert len([query for query in world.around.asked if isinstance(query, PromisePayment)]) == 1

    async def test_trying_again_after_a_silence_is_the_same_promise(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago")
        world.around.crm_is = "unavailable"
        assert "no puedo consultar tus datos" in (await phone.writes("2"))[0]
        world.around.crm_is = "fine"
        assert "Registré tu promesa" in (await phone.writes("reintentar"))[0]
        keys = {query.request_key for query in world.around.asked if isinstance(query, PromisePayment)}
        assert len(keys) == 1

    async def test_somebody_up_to_date_has_nothing_to_promise(self, world):
        answer = (await world.phone("c2", "5493515550002").writes("hola", "prometer un pago"))[0]
        assert "no tenés nada para pagar" in answer

    @pytest.mark.parametrize("code", ["promise_pending", "promise_limit", "promise_refused"])
    async def test_a_no_is_told_in_the_providers_words_with_other_ways(self, world, code):
        world.around.promise_refusal = Refusal(code, "Ya tenés una promesa vigente.")
        [answer] = await world.phone().writes("hola", "promesa de pago")
        assert "Ya tenés una promesa vigente." in answer
        assert "Medios de pago" in answer

    async def test_a_limit_reached_between_asking_and_choosing_is_told(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago")
        world.around.promise_refusal = Refusal("promise_limit", "Este mes ya usaste tu promesa.")
        assert "Este mes ya usaste tu promesa." in (await phone.writes("1"))[0]

    async def test_a_stranger_is_asked_who_they_are_first(self, world):
        phone = world.phone("c9", "5493515559999")
        assert "DNI" in (await phone.writes("promesa de pago"))[0]
        assert "¿Hasta qué día" not in (await phone.writes("27333444"))[0]


@pytest.mark.parametrize(("span", "count"), [(0, 0), (1, 1), (6, 6), (7, 6), (20, 6)])
def test_at_most_six_days_are_offered_and_the_last_one_is_among_them(span, count):
    latest = TODAY + timedelta(days=span)
    days = days_between(TODAY, latest)
    assert len(set(days)) == len(days) == count
    assert not days or (days[-1] == latest and days[0] > TODAY)
