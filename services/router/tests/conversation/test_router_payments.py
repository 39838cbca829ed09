"""Paying with a link, and promising to pay."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ispbot_contracts.common import Money
from ispbot_contracts.crm_writes import OneInvoice, PromisePayment
from ispbot_router.handlers.promise_payment import days_between
from ispbot_router.store import Sessions
from ispbot_runtime.errors import Refusal

TODAY = date(2026, 11, 24)


def pesos(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def oldest(open_amount: str, rest: str) -> tuple[Money, OneInvoice]:
    named = OneInvoice(number="0001-77", due_on=date(2026, 11, 10), total=pesos("15000"), rest=pesos(rest))
    return pesos(open_amount), named


class TestOneInvoice:
    """A system that takes the oldest invoice and not the whole debt."""

    async def test_the_link_says_which_invoice_it_pays_and_what_remains(self, world):
        world.around.oldest = oldest("15000", "45000")
        [answer] = await world.phone().writes("hola", "link de pago")
        assert "*Pagá online $ 15.000,00*" in answer
        assert "paga tu *factura 0001-77* (venció el 10/11)" in answer
        assert "No es toda tu deuda: te quedan *$ 45.000,00* de otras facturas" in answer
        assert "vale para tu deuda de hoy" not in answer

    async def test_the_promise_says_it_before_and_after_the_day_is_chosen(self, world):
        world.around.oldest = oldest("15000", "45000")
        phone = world.phone()
        [days] = await phone.writes("hola", "promesa de pago")
        assert "promesa es de *$ 15.000,00*, por tu *factura 0001-77* (venció el 10/11)" in days
        assert "Debés" not in days
        [answer] = await phone.writes("1")
        assert "*$ 15.000,00* por tu *factura 0001-77* (venció el 10/11) hasta el" in answer
        for words in (days, answer):
            assert "te quedan *$ 45.000,00* de otras facturas" in words

    async def test_of_one_that_is_partly_paid_the_open_part_is_told(self, world):
        world.around.oldest = oldest("10000", "45000")
        phone = world.phone()
        [link] = await phone.writes("hola", "link de pago")
        assert "*Pagá online $ 10.000,00*" in link
        assert "paga lo que falta de tu *factura 0001-77*" in link
        assert "promesa es de *$ 10.000,00*, por lo que falta de tu" in (await phone.writes("promesa de pago"))[0]

    async def test_the_only_one_has_no_rest(self, world):
        world.around.oldest = oldest("15000", "0")
        assert "No es toda tu deuda" not in (await world.phone().writes("hola", "link de pago"))[0]

    async def test_the_balance_shows_what_is_open_of_each(self, world):
        [one] = world.around.invoices["1001"]
        part = one.model_copy(update={"number": "0001-78", "total": pesos("9000"), "paid": pesos("4000")})
        world.around.invoices["1001"].append(part)
        assert "• Factura 0001-78: $ 5.000,00" in (await world.phone().writes("hola", "saldo"))[0]


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
        [asked] = [query for query in world.around.asked if isinstance(query, PromisePayment)]
        assert asked.contact_id == phone.contact

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

    async def test_a_choice_whose_handling_died_is_the_same_promise_and_a_new_menu_is_another_one(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago")
        chosen = phone.message("2")
        stood = await world.sessions._collection.find_one({"_id": "c1"})
        first = await phone.deliver(chosen)
        await world.sessions._collection.replace_one({"_id": "c1"}, stood)  # it answered, and died before it saved
        world.sessions = Sessions(world.sessions._collection.database)
        assert await phone.deliver(chosen) == first
        await phone.writes("promesa de pago", "2")
        keys = [query.request_key for query in world.around.asked if isinstance(query, PromisePayment)]
        assert keys[0] == keys[1] != keys[2]

    async def test_a_no_of_yesterdays_asking_is_not_replayed(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago")
        world.around.promise_refusal = Refusal("promise_refused", "Cliente con deuda judicial.")
        assert "deuda judicial" in (await phone.writes("viernes 27/11"))[0]
        world.around.promise_refusal = None
        assert "Registré tu promesa" in (await phone.writes("promesa de pago", "viernes 27/11"))[0]
        assert len({query.request_key for query in world.around.asked if isinstance(query, PromisePayment)}) == 2

    async def test_one_that_nobody_can_confirm_goes_to_a_person_and_is_not_tried_again(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago")
        world.around.promise_refusal = Refusal(
            "promise_unclear", "No pudimos confirmarla. Una persona lo va a revisar."
        )
        [answer] = await phone.writes("1")
        assert "Una persona lo va a revisar." in answer
        assert "reintentar" not in answer.lower()
        assert "*1.* Hablar con un asesor" in answer
        assert "Una persona lo va a revisar." in (await phone.writes("promesa de pago"))[0]
        assert "No quedó nada pendiente" in (await phone.writes("reintentar"))[0]

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
