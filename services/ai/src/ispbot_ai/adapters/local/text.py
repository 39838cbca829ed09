"""Customers' writing made comparable: no accents, no emoji, no greeting."""

import re
import unicodedata

_GREETING = re.compile(
    r"^[¡¿\s]*(?:(?:ho+la+s?|holis|buen(?:[ao]s?)? (?:dias?|tardes?|noches?)|buenas|que tal|"
    r"como (?:estas?|estan|va|andan?)(?! (?:mi|el|la|los|las|lo|eso|con)\b)|"
    r"disculp[ae](?:me|n)?|perdon|por favor|porfa(?:vor)?|(?:muchas |mil )?gracias(?! por)|consulta|una consulta|mira|che|"
    r"te (?:hago una )?(?:consulto|consulta|molesto)|me ayudas?|"
    r"(?:quiero|necesito|quisiera|puedo) hablar con (?:un[ao]? |algun )?(?:asesor[a]?|persona|alguien|humano|operador[a]?))\b[\s,.;:!?¡¿-]*)+"
)
_THANKS = re.compile(r"[\s,.;:!¡]*\b(?:muchas |mil )?gracias[\s.!]*$")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_WORD = re.compile(r"[a-z0-9ñ]+")


def fold(text: str) -> str:
    """Return the text in lower case, without accents (ñ stays) and with single spaces; its length may change."""
    kept = text.lower().replace("ñ", "\0")
    plain = "".join(char for char in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(char))
    return " ".join(plain.replace("\0", "ñ").split())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text."""
    return _WORD.findall(fold(text))


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a message as the customer wrote them, without greeting, emoji and doubled signs."""
    cleaned = (without_greeting(_plain_signs(part)) for part in _SENTENCE_END.split(text))
    return [sentence for sentence in cleaned if words_of(sentence)]


def without_greeting(sentence: str) -> str:
    """Return the sentence between its greeting and its thanks."""
    folded = fold_keeping_length(sentence)
    greeting, thanks = _GREETING.match(folded), _THANKS.search(folded)
    start = greeting.end() if greeting else 0
    end = thanks.start() if thanks and thanks.start() >= start else len(sentence)
    return sentence[start:end].lstrip(" ,.;:-").rstrip(" ,;:-")


def fold_keeping_length(text: str) -> str:
    """Return the text in lower case without accents, character by character: places stay the same."""
    return "".join(_fold_one(char) for char in text)


def _fold_one(char: str) -> str:
    lower = char.lower()
    if lower == "ñ" or len(lower) != 1:
        return "ñ" if lower == "ñ" else char
    return unicodedata.normalize("NFKD", lower)[0]


def _plain_signs(text: str) -> str:
    """Drop emoji and control characters, collapse repeated signs and spaces."""
    composed = unicodedata.normalize("NFC", text)  # an accent on its own is a mark like those that go
    plain = "".join(
        char if unicodedata.category(char) not in {"So", "Sk", "Cf", "Cc", "Mn"} else " " for char in composed
    )
    plain = re.sub(r"([!?¡¿.,])\1+", r"\1", plain)
    return " ".join(plain.split())
