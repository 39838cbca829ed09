"""Finding out who writes."""


def ask_document(*, for_something: bool) -> str:
    """Ask for DNI or customer number; ``for_something`` when they wanted something that only customers can have."""
    start = "Para eso necesito saber quién sos. " if for_something else ""
    return f"🔎 {start}Pasame el *DNI del titular* o tu *número de cliente* (solo números).\n*0.* Volver"


NOT_A_DOCUMENT = (
    "Eso no parece un DNI ni un número de cliente. 🤔 Escribilo solo con números, por ejemplo *30111222*.\n*0.* Volver"
)


def not_found(value: str) -> str:
    """Nobody has that document or number."""
    return (
        f"No encontré ningún cliente con el número *{value}*. Fijate si está bien escrito y mandámelo de nuevo.\n"
        "También podés escribir *asesor*.\n*0.* Volver"
    )


def found(name: str) -> str:
    """We know who it is now."""
    return f"¡Listo, {name}! ✅ Ya te encontré."


CHOOSE_ACCOUNT = "Tenés más de un contrato con nosotros. ¿Sobre cuál querés consultar?"


def account_label(number: str, address: str | None, plan: str | None) -> str:
    """Return one contract as an option."""
    return " · ".join(part for part in (f"N.º {number}", address, plan) if part)


ONLY_ONE_ACCOUNT = (
    "Solo encuentro este contrato a tu nombre. Si querés consultar otro, pasame su DNI o número de cliente."
)
