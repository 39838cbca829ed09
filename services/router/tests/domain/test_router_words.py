"""What customers' words mean."""

import pytest

from ispbot_router.domain.documents import keys_of
from ispbot_router.domain.words import (
    Option,
    Word,
    asks_for_person,
    best_option,
    is_receipt,
    normalise,
    option_number,
    universal_word,
    without_greeting,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), (" 2 ", 2), ("2.", 2), ("*3*", 3), ("3)", 3), ("2️⃣", 2), ("0️⃣", 0), ("Opción 4", 4), ("la 2", 2), ("el numero 5", 5),
        ("dos", 2), ("la primera", 1), ("10", 10), ("0", 0), ("cero", 0),
        ("1 2", None), ("1.5", None), ("30111222", None), ("2 facturas", None), ("", None), ("hola", None), ("-", None),
    ],
)  # fmt: skip
def test_option_numbers_are_read_as_people_write_them(text, number):
    assert option_number(text) == number


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("menu", Word.MENU), ("MENÚ", Word.MENU), ("menuu", Word.MENU), ("mneu", Word.MENU), ("volver al menú", Word.MENU), ("el menú por favor", Word.MENU),
        ("menú por favor", Word.MENU), ("ayuda", Word.MENU), ("asesor", Word.PERSON), ("acesor", Word.PERSON), ("ASESORA!!", Word.PERSON),
        ("quiero un asesor", Word.PERSON), ("persona", Word.PERSON), ("hablar con una persona", Word.PERSON), ("humano", Word.PERSON),
        ("salir", Word.LEAVE), ("slair", Word.LEAVE), ("chau", Word.LEAVE), ("eso es todo", Word.LEAVE), ("no, gracias", Word.LEAVE),
        ("hola", Word.HELLO), ("Holaaaa", Word.HELLO), ("hola buen día", Word.HELLO), ("buenas tardes, cómo estás?", Word.HELLO), ("Buenos días", Word.HELLO),
        ("volver", Word.BACK), ("atrás", Word.BACK), ("volber", Word.BACK), ("cancelar", Word.BACK),
        ("gracias", Word.THANKS), ("Muchas gracias!!", Word.THANKS), ("👍", Word.THANKS), ("🙏🙏", Word.THANKS), ("dale, gracias", Word.THANKS), ("ok", Word.THANKS),
        ("reintentar", Word.RETRY), ("reintenar", Word.RETRY), ("cambiar cuenta", Word.SWITCH), ("otra cuenta", Word.SWITCH),
        ("factura", None), ("mesa", None), ("hora", None), ("persiana", None), ("no tengo internet", None), ("gracias pero no anda", None), ("???", None), ("", None),
        ("la luz del asesor está roja", None),
    ],
)  # fmt: skip
def test_universal_words_are_known_with_accents_capitals_and_typing_mistakes(text, word):
    assert universal_word(text) is word


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hola!", ""), ("hola, quiero mi factura", "quiero mi factura"), ("Buenas tardes. No anda internet", "no anda internet"),
        ("hola buen día cómo andás? saldo", "saldo"), ("holanda", "holanda"), ("saldo", "saldo"),
    ],
)  # fmt: skip
def test_what_follows_a_greeting_is_the_wish(text, rest):
    assert without_greeting(text) == rest


@pytest.mark.parametrize(
    "text", ["necesito que me atienda una persona ya", "pasame con un operador por favor", "me atiende un humano?"]
)
def test_asking_for_a_person_inside_a_sentence_is_heard(text):
    assert asks_for_person(text)


def test_other_sentences_do_not_ask_for_a_person():
    assert not asks_for_person("quiero pagar en persona")


OPTIONS = [
    Option("account", ("mi cuenta y facturas", "cuenta", "pagos"), leaf=False),
    Option("balance", ("consultar saldo", "saldo", "deuda", "cuanto debo")),
    Option("invoice", ("recibir mi factura", "factura", "boleta")),
    Option("service", ("problemas con mi servicio", "problema", "no tengo internet"), leaf=False),
    Option("visit", ("pedir una visita tecnica", "visita", "tecnico")),
]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("SALDO", "balance"), ("¿cuánto debo?", "balance"), ("me pasás la factura de este mes?", "invoice"), ("quiero mi fatcura", "invoice"),
        ("facturas", "invoice"), ("boleta", "invoice"), ("no tengo internet hace 2 horas", "service"), ("tengo un problema con la factura", "invoice"),
        ("necesito un técnico", "visit"), ("tecnicp", "visit"), ("pedir una visita tecnika", "visit"), ("consutlar saldo", "balance"),
        ("asdf", None), ("sal", None), ("", None), ("😡", None),
    ],
)  # fmt: skip
def test_a_sentence_points_at_the_option_it_is_about(text, token):
    assert best_option(text, OPTIONS) == token


@pytest.mark.parametrize(
    ("text", "yes"),
    [("Comprobante de pago", True), ("te paso la tranferencia", True), ("mirá la luz roja", False), ("", False)],
)
def test_words_beside_a_file_can_say_that_it_is_a_receipt(text, yes):
    assert is_receipt(text) is yes


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("30111222", [("document", "30111222"), ("number", "30111222")]),
        ("30.111.222", [("document", "30111222"), ("number", "30111222")]),
        ("mi dni es 5.111.222", [("document", "5111222"), ("number", "5111222")]),
        ("20-30111222-3", [("document", "20301112223"), ("document", "30111222")]),
        ("cliente 1001", [("number", "1001")]),
        ("no sé", []), ("1001 o 1002", []), ("", []), ("1234567890123", []),
    ],
)  # fmt: skip
def test_dni_cuit_and_customer_number_are_told_apart(text, keys):
    assert keys_of(text) == keys


def test_normalised_text_has_no_accents_marks_or_doubled_spaces():
    assert normalise("  ¿Cuánto   DEBO?? ñandú ") == "cuanto debo nandu"
