"""One line for the queue out of the customer's own words: the sentence that says most, plus since when and how often.

Only whole sentences are quoted: a piece of one could say what the customer did not ("tengo internet").
"""

import re
from collections.abc import Sequence

from ispbot_ai.adapters.local.classify import score
from ispbot_ai.adapters.local.text import fold_keeping_length, sentences_of, words_of
from ispbot_ai.ports import SUMMARY_MAX

_MENU_WORDS = {
    "menu", "salir", "volver", "asesor", "asesora", "humano", "persona", "operador", "agente", "hablar", "con", "un", "una",
    "si", "no", "ok", "dale", "bueno", "listo", "gracias", "hola", "alguien", "quiero", "ayuda", "necesito", "por", "favor",
}  # fmt: skip
_SINCE = re.compile(
    r"\b(?:desde (?:ayer|anteayer|anoche|hoy|hace [\w ]{1,15}?(?:dias?|horas?|semanas?|meses|mes)|el [\w ]{1,12}?"
    r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|(?:el )?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|"
    r"(?:esta|la) (?:mañana|tarde|noche|madrugada|semana)|las \d{1,2}(?::\d\d)?|el \d{1,2}(?: de \w+)?)|"
    r"hace (?:como |mas de |casi )?(?:\d+|un|una|dos|tres|cuatro|cinco|varios|varias|unos) (?:dias?|horas?|semanas?|meses|mes|rato))"
)
_OFTEN = re.compile(
    r"\b(?:(?:otra|segunda|tercera|cuarta|quinta|enesima) vez|ya van \d+ (?:veces|dias)|\d+ veces|todos los (?:dias|meses)|"
    r"siempre|cada (?:dos|tres|\d+) (?:minutos|horas|dias)|a cada rato|de nuevo)\b"
)
_MIN_WORDS = 2
_FULL_WORDS = 8
_DETAIL_WORDS = 7
_BARE_NO = {"no", "ni", "nunca", "tampoco", "ya no"}


def summarise(words: Sequence[str]) -> tuple[str, float]:
    """Return the line and how much it says (0 to 1); empty and 0 when the customer said nothing to sum up."""
    sentences = [sentence for sentence in _sentences(words) if _says_something(sentence)]
    if not sentences:
        return "", 0.0
    weights = [_weight(sentence) for sentence in sentences]
    chosen = max(range(len(sentences)), key=lambda index: (weights[index], index))
    line = _sentence_case(sentences[chosen])
    for signal in (_SINCE, _OFTEN):
        detail = _newest_detail(signal, sentences)
        if detail is not None and signal.search(fold_keeping_length(line)) is None:
            line = _joined(line, detail)
    return fit(line), round(min(1.0, weights[chosen] / 6), 2)


def fit(text: str) -> str:
    """Return the text as one line of at most ``SUMMARY_MAX`` characters, cut at a word's end."""
    line = " ".join(text.split())
    if len(line) <= SUMMARY_MAX:
        return line
    cut = line[: SUMMARY_MAX - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,.;:·") + "…"


def _sentences(words: Sequence[str]) -> list[str]:
    """Return all sentences; a "no" sent on its own stays with what follows, whose meaning it may turn round."""
    found: list[str] = []
    before = ""
    for sentence in (sentence for text in words for sentence in sentences_of(text)):
        together = f"{before.rstrip(' .')} · {sentence}" if before else sentence
        before = together if " ".join(words_of(sentence)) in _BARE_NO else ""
        if not before:
            found.append(together)
    return found


def _says_something(sentence: str) -> bool:
    words = words_of(sentence)
    return any(word not in _MENU_WORDS and not word.isdecimal() and len(word) > 1 for word in words) and (
        len(words) >= _MIN_WORDS or bool(score(sentence))
    )


def _weight(sentence: str) -> float:
    folded = fold_keeping_length(sentence)
    meaning = max(score(sentence).values(), default=0)
    signals = bool(_SINCE.search(folded)) + 0.5 * bool(_OFTEN.search(folded))
    return meaning + signals + min(len(words_of(sentence)), _FULL_WORDS) / _FULL_WORDS


def _newest_detail(signal: re.Pattern[str], sentences: Sequence[str]) -> str | None:
    """Return the newest short sentence with the signal."""
    for sentence in reversed(sentences):
        if len(words_of(sentence)) <= _DETAIL_WORDS and signal.search(fold_keeping_length(sentence)):
            return sentence
    return None


def _joined(line: str, detail: str) -> str:
    joined = f"{line.rstrip(' .')} · {detail}"
    return joined if len(joined) <= SUMMARY_MAX else line


def _sentence_case(sentence: str) -> str:
    shown = sentence.capitalize() if sentence.isupper() else sentence
    return shown[:1].upper() + shown[1:]
