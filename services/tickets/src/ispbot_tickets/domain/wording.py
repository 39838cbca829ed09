"""What staff read in previews and in the event lines of a conversation."""

from typing import Literal

from ispbot_contracts.content import (
    ChoiceContent,
    ContactsContent,
    Content,
    LocationContent,
    MediaContent,
    PollContent,
    TextContent,
    UndecryptableContent,
    UnsupportedContent,
)

PREVIEW_LENGTH = 120
DELETED = "🚫 Mensaje eliminado"

_MEDIA_WORDS = {
    "image": "📷 Foto",
    "video": "🎬 Video",
    "audio": "🎵 Audio",
    "voice": "🎤 Mensaje de voz",
    "document": "📄 Documento",
    "sticker": "🙂 Sticker",
}
_CHANGES = {
    "edit": "Se editó un mensaje anterior",
    "deletion": "Se eliminó un mensaje anterior",
    "reaction": "Hubo una reacción a un mensaje anterior",
}


def preview_of(content: Content) -> str:
    """Return one line that stands for a message in a list."""
    match content:
        case TextContent(text=text) | ChoiceContent(text=text):
            words = text
        case MediaContent():
            words = _media_words(content)
        case LocationContent(name=name, address=address):
            words = _with("📍 Ubicación", name or address)
        case ContactsContent(cards=cards):
            words = _with("👤 Contacto", ", ".join(card.name for card in cards))
        case PollContent(question=question):
            words = _with("📊 Encuesta", question)
        case UndecryptableContent():
            words = "🔒 Mensaje no descifrado"
        case UnsupportedContent():
            words = "Mensaje que esta versión no puede mostrar"
    return shorten(words)


def shorten(words: str) -> str:
    """Return the words on one line of at most PREVIEW_LENGTH characters."""
    line = " ".join(words.split())
    return line if len(line) <= PREVIEW_LENGTH else line[: PREVIEW_LENGTH - 1].rstrip() + "…"


def _media_words(content: MediaContent) -> str:
    words = _MEDIA_WORDS[content.kind]
    if content.kind in {"audio", "voice"} and content.media.seconds is not None:
        return f"{words} ({content.media.seconds // 60}:{content.media.seconds % 60:02})"
    return _with(words, content.caption or (content.media.name if content.kind == "document" else None))


def _with(words: str, detail: str | None) -> str:
    return f"{words}: {detail}" if detail else words


def changed(change: Literal["edit", "deletion", "reaction"]) -> str:
    """Say what a message was that could not be decrypted at first and is none of its own."""
    return _CHANGES[change]


def ticket_opened(number: int, reason: str) -> str:
    """Say that a ticket was opened."""
    return _with(f"Se abrió el ticket #{number}", reason)


def asked_again(reason: str) -> str:
    """Say that the customer asked for a person again while a ticket is open."""
    return _with("El cliente volvió a pedir atención", reason)


def ticket_taken(agent: str) -> str:
    """Say who took the ticket."""
    return f"{agent} tomó el ticket"


def ticket_transferred(by: str, target: str) -> str:
    """Say who handed the ticket to whom."""
    return f"{by} transfirió el ticket a {target}"


def ticket_closed(by: str, comment: str | None) -> str:
    """Say who closed the ticket and what they noted."""
    return _with(f"{by} cerró el ticket", comment)


def tickets_joined(closed: int, kept: int) -> str:
    """Say why one of two tickets of the same person was closed."""
    return f"Eran dos contactos de la misma persona: el ticket #{closed} se cerró y se sigue en el #{kept}"
