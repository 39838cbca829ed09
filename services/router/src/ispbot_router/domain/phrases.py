"""The Spanish words that the bot understands everywhere (normalised: lower case, no accents). What it says is in ``texts``."""

UNIVERSAL: dict[str, frozenset[str]] = {
    "menu": frozenset({
        "menu", "menu principal", "volver al menu", "ir al menu", "ver menu", "ver el menu", "inicio", "principal", "opciones",
        "ver opciones", "ayuda", "empezar", "al menu",
    }),
    "person": frozenset({
        "asesor", "asesora", "persona", "humano", "humana", "agente", "operador", "operadora", "representante", "hablar con asesor",
        "hablar con un asesor", "hablar con una asesora", "hablar con persona", "hablar con una persona", "hablar con alguien",
        "hablar", "un asesor", "una persona", "alguien", "atencion al cliente", "persona real", "que me atienda alguien",
        "hablar con humano", "hablar con un humano", "me comunico con un asesor", "llamame", "me pueden llamar",
    }),
    "leave": frozenset({
        "salir", "chau", "chao", "adios", "fin", "finalizar", "terminar", "cerrar", "hasta luego", "nos vemos", "bye", "nada mas",
        "eso es todo", "nada", "no gracias", "no nada mas", "no nada mas gracias", "gracias chau", "chau gracias",
    }),
    "hello": frozenset({"buen dia", "buenos dias", "buenas"}),
    "back": frozenset({"volver", "atras", "volver atras", "regresar", "anterior", "cancelar", "cancela"}),
    "thanks": frozenset({
        "gracias", "muchas gracias", "mil gracias", "muchisimas gracias", "graciass", "ok", "oka", "okey", "okay", "dale", "listo",
        "perfecto", "genial", "buenisimo", "joya", "barbaro", "excelente", "de acuerdo", "entendido", "ok gracias", "oka gracias",
        "dale gracias", "listo gracias", "perfecto gracias", "genial gracias", "buenisimo gracias", "muy amable", "gracias igualmente",
        "ok muchas gracias", "bueno gracias", "gracias genia", "gracias genio", "te agradezco", "barbaro gracias", "excelente gracias",
    }),
    "retry": frozenset({"reintentar", "reintenta", "probar de nuevo", "intentar de nuevo", "intentar otra vez", "otra vez", "de nuevo"}),
    "switch": frozenset({
        "cambiar cuenta", "cambiar de cuenta", "otra cuenta", "cambiar contrato", "cambiar de contrato", "otro contrato",
        "otro servicio", "cambiar de servicio", "cambiar servicio", "ver otra cuenta",
    }),
}  # fmt: skip
"""Whole messages, by the universal word they stand for."""

TOLERANT: dict[str, tuple[str, ...]] = {
    "menu": ("menu", "opciones"),
    "person": ("asesor", "persona", "humano", "operador", "representante", "agente"),
    "leave": ("salir", "terminar", "finalizar"),
    "back": ("volver", "atras", "regresar"),
    "hello": ("hola", "buenas"),
    "thanks": ("gracias", "perfecto"),
    "retry": ("reintentar",),
}
"""Words accepted with a typing mistake."""

POLITE = frozenset({
    "por", "favor", "porfa", "porfavor", "porfis", "quiero", "quisiera", "queria", "necesito", "necesitaria", "puedo", "podria",
    "me", "gustaria", "che", "hola", "buenas", "a",
    "el", "un", "una", "ver",
})  # fmt: skip
"""Words that change nothing around a universal word."""

PERSON_INSIDE = (
    "asesor", "asesora", "humano", "persona real", "hablar con alguien", "hablar con una persona", "hablar con un operador",
    "hablar con un representante", "atienda alguien", "atienda una persona", "que me llamen", "atencion humana", "un operador",
)  # fmt: skip
"""Asking for a person inside a longer sentence."""

RECEIPT = ("comprobante", "transferencia", "transferi", "pago", "pague", "recibo", "deposito", "abone")
"""Beside a file, these words say that it is a payment receipt."""

NUMBERS = {
    "cero": 0, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercero": 3, "tercera": 3,
    "la primera": 1, "la segunda": 2, "la tercera": 3, "el primero": 1, "el segundo": 2, "el tercero": 3,
}  # fmt: skip

THANKFUL_SIGNS = frozenset("👍🙏❤😊👌💪🙌😀🤗")
"""A message of these signs alone is a thank-you."""
