"""Balance, invoice, connection, speed and payment means."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ispbot_contracts.content import MediaContent
from ispbot_contracts.settings import BotSettings, PaymentSettings


async def test_the_balance_tells_debt_due_date_and_what_to_do_next(world):
    [answer] = await world.phone().writes("hola", "saldo")
    assert answer == (
        "💳 *Saldo de Nélida Correa* (cliente 1001)\n\n"
        "Debés *$ 18.500,00* (1 factura impaga).\n"
        "⚠️ Venció el *10/11*.\n\n"
        "*1.* Recibir mi factura\n*2.* Pagar con un link\n*3.* Medios de pago\n*4.* Prometer un pago\n*0.* Volver"
    )


async def test_somebody_up_to_date_is_told_so(world):
    assert "✅ Estás al día" in (await world.phone("c2", "5493515550002").writes("hola", "saldo"))[0]


async def test_a_credit_is_told_as_a_credit(world):
    [nelida, *others] = world.around.customers
    credit = nelida.balance.model_copy(update={"amount": -nelida.balance.amount})
    world.around.customers = [nelida.model_copy(update={"balance": credit}), *others]
    assert "tenés *$ 18.500,00* a favor" in (await world.phone().writes("hola", "saldo"))[0]


async def test_the_balance_is_always_asked_anew(world):
    phone = world.phone()
    await phone.writes("hola", "saldo")
    [nelida, *others] = world.around.customers
    world.around.customers = [nelida.model_copy(update={"balance": others[0].balance}), *others]
    assert "Estás al día" in (await phone.writes("saldo"))[0]


async def test_old_figures_are_marked_with_their_age(world):
    world.around.stale = timedelta(hours=2)
    assert "Datos de hace 2 h" in (await world.phone().writes("hola", "saldo"))[0]


class TestInvoice:
    async def test_the_invoice_comes_as_a_document_with_a_caption(self, world):
        phone = world.phone()
        [caption] = await phone.writes("hola", "factura")
        content = phone.replies[0].content
        assert isinstance(content, MediaContent)
        assert (content.kind, content.media.mime, content.media.object_key) == ("document", "application/pdf", "abc")
        assert caption.startswith("🧾 Factura *0001-77* por *$ 18.500,00* · venció el 10/11")

    async def test_without_a_file_an_advisor_is_offered(self, world):
        world.around.invoices["1001"] = []
        phone = world.phone()
        [answer] = await phone.writes("hola", "factura")
        assert "no puedo descargar el archivo" in answer
        await phone.writes("2")
        assert len(phone.tickets) == 1

    async def test_without_any_invoice_that_is_said(self, world):
        assert "no tenés facturas" in (await world.phone("c2", "5493515550002").writes("hola", "factura"))[0]


@pytest.mark.parametrize(
    ("number", "says", "offers"),
    [
        ("5493515550001", "🟢 *Conectado*", "test de velocidad"),
        ("5493515550002", "🟠 *Sin conexión*", "Pedir una visita técnica"),
        ("5493515550003", "*suspendido por falta de pago*. Tu deuda es de *$ 41.000,50*", "Medios de pago"),
        ("5493515550005", "🛠️ Estamos trabajando en la red de tu zona", "Hablar con un asesor"),
    ],
)
async def test_the_state_of_the_connection_comes_with_what_to_do_next(world, number, says, offers):
    [answer] = await world.phone("cx", number).writes("hola", "estado de mi conexión")
    assert says in answer
    assert offers in answer


async def test_during_maintenance_nobody_is_told_to_restart_or_to_book_a_visit(world):
    [answer] = await world.phone("cx", "5493515550005").writes("hola", "estado de mi conexión")
    assert "desenchufá" not in answer
    assert "visita" not in answer


async def test_the_speed_test_gives_the_link_and_the_contracted_plan(world):
    [answer] = await world.phone().writes("hola", "internet lento")
    assert "https://test.redsur.example" in answer
    assert "Fibra 100" in answer


async def test_the_contracted_speed_stands_beside_the_plan(world):
    [nelida, *others] = world.around.customers
    [service] = nelida.services
    fast = service.model_copy(update={"down_mbps": Decimal("100.00"), "up_mbps": Decimal(50)})
    world.around.customers = [nelida.model_copy(update={"services": [fast]}), *others]
    phone = world.phone()
    assert "Tenés contratado: *Fibra 100 · 100/50 Mbps*" in (await phone.writes("hola", "internet lento"))[0]
    assert "Plan: Fibra 100 (100/50 Mbps)" in (await phone.writes("estado de mi conexión"))[0]


async def test_without_a_link_the_speed_test_is_not_offered(world):
    await world.set(BotSettings())
    assert "velocidad" not in (await world.phone().writes("hola", "2"))[0]


async def test_payment_means_are_ready_to_copy(world):
    [answer] = await world.phone().writes("hola", "alias")
    assert "Alias: *red.sur.pagos*" in answer
    assert "CBU/CVU: 0000003100010000000001" in answer
    assert "Efectivo en Av. Colón 100" in answer


async def test_without_payment_means_an_advisor_is_offered(world):
    await world.set(PaymentSettings())
    assert "te los pasa un asesor" in (await world.phone().writes("hola", "cbu"))[0]


async def test_a_slow_file_is_said_and_comes_with_the_next_try(world):
    phone = world.phone()
    await phone.writes("hola")
    world.around.crm_is = "slow_file"
    assert "está tardando en descargarse" in (await phone.writes("factura"))[0]
    world.around.crm_is = "fine"
    assert "🧾 Factura *0001-77*" in (await phone.writes("reintentar"))[0]


class TestTheSystemIsAway:
    @pytest.mark.parametrize("how", ["broken", "unavailable"])
    @pytest.mark.parametrize("wish", ["saldo", "factura", "estado de mi conexión"])
    async def test_the_customer_is_told_politely_and_may_try_again(self, world, how, wish):
        phone = world.phone()
        await phone.writes("hola")
        world.around.crm_is = how
        [answer] = await phone.writes(wish)
        assert "no puedo consultar tus datos" in answer
        world.around.crm_is = "fine"
        assert "1001" in (await phone.writes("reintentar"))[0] or phone.replies[0].content.kind == "document"

    async def test_a_silent_system_holds_nobody_longer_than_its_limit_and_is_then_left_alone(self, world, monkeypatch):
        monkeypatch.setattr("ispbot_router.neighbours.ASK_LIMIT_S", 0.2)
        world.around.crm_is = "silent"
        phones = [world.phone(f"c{n}") for n in range(5)]
        for phone in phones:
            assert "no puedo consultar los datos" in (await phone.writes("hola"))[0]
        assert len(world.around.asked) == 3
        world.around.awake.set()

    async def test_retrying_with_nothing_pending_shows_the_menu(self, world):
        assert "No quedó nada pendiente" in (await world.phone().writes("hola", "reintentar"))[0]
