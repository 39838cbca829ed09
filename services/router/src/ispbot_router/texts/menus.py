"""Greetings, menus, and the words around them."""

from collections.abc import Sequence

from ispbot_router.texts.figures import first_name

BACK = "Volver"
CANCEL = "Cancelar"
ROOT_HINT = (
    "_Respondé con el número, o contame con tus palabras qué necesitás. Escribí *asesor* para hablar con una persona._"
)


def options(labels: Sequence[str], *, back: str | None) -> str:
    """Return the numbered options, one per line; ``back`` names what 0 does, None when it does nothing."""
    lines = [f"*{number}.* {label}" for number, label in enumerate(labels, start=1)]
    return "\n".join([*lines, f"*0.* {back}"] if back else lines)


def hello(company: str, name: str | None, welcome: str) -> str:
    """Greet at the start of a conversation; ``welcome`` is the company's own text."""
    called = f", {first_name(name)}" if name else ""
    return f"¡Hola{called}! 👋 {welcome.strip() or f'Soy el asistente virtual de *{company}*.'}"


def hello_again(name: str | None) -> str:
    """Greet somebody who says hello in the middle of a conversation."""
    return f"¡Hola{f', {first_name(name)}' if name else ''}! 👋"


def talking_about(number: str, address: str | None) -> str:
    """Say which of several contracts is meant."""
    where = f" ({address})" if address else ""
    return f"📄 Contrato *{number}*{where}. Para ver otro, escribí *cambiar cuenta*."


def goodbye(company: str) -> str:
    """Take leave."""
    return f"¡Gracias por escribir a *{company}*! Cuando necesites algo, escribime *hola*. 👋"


THANKS = "¡De nada! 😊 Si necesitás algo más, escribí *menú*."
OPTION_GONE = "Esa opción ya no está disponible. Estas son las que hay ahora:"


def not_understood(misses: int, *, highest: int | None) -> str:
    """Say that the message was not understood; ``highest`` is the last number when a wrong one was sent."""
    if highest is not None:
        return (
            f"Ese número no está en la lista. Elegí del *1* al *{highest}*:"
            if highest > 1
            else "Ese número no está en la lista:"
        )
    if misses <= 1:
        return "Perdón, no entendí tu mensaje. 🤔 Elegí una de estas opciones, o escribí *menú*:"
    return "Sigo sin entenderte, disculpá. Respondé con el número de una opción, o escribí *asesor*:"


WE_ARE_BACK = (
    "¡Hola! Estuvimos un rato sin conexión y recién ahora vemos tus mensajes. 🙏\n"
    "Ya estamos de vuelta: si todavía necesitás ayuda, escribí *menú*, o *asesor* para hablar con una persona."
)
NO_AUDIO = (
    "Por ahora no puedo escuchar audios. 🙈 ¿Me lo escribís?\n"
    "Si preferís, escribí *menú* para ver las opciones o *asesor* para hablar con una persona."
)
CAN_NOT_READ = "No puedo abrir ese tipo de mensaje. ¿Me lo escribís? También podés escribir *menú* o *asesor*."
SEND_AGAIN = (
    "No pude leer tu último mensaje (a veces WhatsApp no llega a descifrarlo). ¿Me lo mandás de nuevo, por favor?"
)
NOTHING_TO_RETRY = "No quedó nada pendiente. 😊"
