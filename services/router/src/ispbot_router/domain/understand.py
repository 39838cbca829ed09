"""What a text message means at the point where the conversation stands."""

from collections import Counter
from dataclasses import dataclass

from ispbot_router.domain import words
from ispbot_router.domain.documents import is_document
from ispbot_router.domain.menu import Menus
from ispbot_router.domain.session import Choice, Session, Step
from ispbot_router.domain.words import Option, Word

ANSWER_WORDS: dict[str, tuple[str, ...]] = {
    "do:confirm": ("si", "confirmar", "confirmo", "dale", "ok", "confirmado", "si confirmo", "si confirmar", "si dale", "bueno", "listo"),
    "do:other_slot": ("otro horario", "otro dia", "cambiar horario"),
    "do:other_address": ("otra direccion", "cambiar direccion"),
    "do:receipt": ("si", "comprobante", "pago", "es un comprobante", "un comprobante", "transferencia", "un pago"),
    "do:other_file": ("no", "otra cosa", "es otra cosa"),
    "do:retry": ("reintentar", "si"),
}  # fmt: skip
"""Words that choose an answer besides its own label (normalised)."""

_SLOT, _ACCOUNT = "do:slot:", "do:account:"
_YES, _NO = (
    frozenset({"si", "dale", "ok", "bueno", "por favor", "si por favor", "si gracias"}),
    frozenset({"no", "no gracias"}),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the options, by number or by words."""

    token: str


@dataclass(frozen=True, slots=True)
class Said:
    """A universal word."""

    word: Word


@dataclass(frozen=True, slots=True)
class Answered:
    """The free text that was asked for."""

    text: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Nothing we know; ``out_of_range`` when it was a number that is not on the list."""

    out_of_range: bool = False


Meaning = Chosen | Said | Answered | NotUnderstood

_FREE_TEXT = frozenset({Step.DOCUMENT, Step.ADDRESS})


def understand(text: str, session: Session, menus: Menus) -> Meaning:
    """Return what the customer means."""
    number = words.option_number(text)
    if number == 0:
        return Said(Word.BACK)
    if session.step in _FREE_TEXT:
        return _free_text(text, session, menus)
    if number is not None:
        return _numbered(number, session)
    return _in_words(text, session, menus)


def _numbered(number: int, session: Session) -> Meaning:
    if number <= len(session.offered):
        return Chosen(session.offered[number - 1].token)
    return NotUnderstood(out_of_range=bool(session.offered))


def _in_words(text: str, session: Session, menus: Menus) -> Meaning:
    options = [_option(choice, session.offered, menus) for choice in session.offered]
    exact = words.exact_option(text, options)
    if exact is not None:
        return Chosen(exact)
    only = options[0].token if len(options) == 1 else None
    if only is not None and words.normalise(text) in _YES | _NO:
        return Chosen(only) if words.normalise(text) in _YES else Said(Word.BACK)
    word = words.universal_word(text)
    if word is not None:
        return Said(word)
    named = words.exact_option(text, menus.everything(session.bot))
    if named is not None:  # its very name says more than a likeness to what is on the screen
        return Chosen(named)
    near = words.best_option(text, [option for option in options if not option.token.startswith(_SLOT)])
    return Chosen(near) if near is not None else anywhere(text, session, menus)


def anywhere(text: str, session: Session, menus: Menus) -> Meaning:
    """Return what the message means regardless of what was offered: a person, or an option of any menu at any depth."""
    if words.asks_for_person(text):
        return Said(Word.PERSON)
    token = words.best_option(text, menus.everything(session.bot))
    if token is None and not session.identity.accounts and is_document(text):
        token = f"do:identify:{text}"
    return Chosen(token) if token is not None else NotUnderstood()


def _free_text(text: str, session: Session, menus: Menus) -> Meaning:
    word = words.universal_word(text)
    if word is not None and word is not Word.THANKS:
        return Said(word)
    if session.step is Step.DOCUMENT and not any(ch.isdigit() for ch in text):
        return anywhere(text, session, menus)
    return Answered(text)


def _option(choice: Choice, offered: tuple[Choice, ...], menus: Menus) -> Option:
    label = words.normalise(choice.label)
    known = menus.option(choice.token)
    if known is not None:
        return known if label in known.phrases else Option(known.token, (*known.phrases, label), leaf=known.leaf)
    more = _own_parts(choice, offered) if choice.token.startswith(_ACCOUNT) else ANSWER_WORDS.get(choice.token, ())
    return Option(choice.token, (label, *more))


def _own_parts(choice: Choice, offered: tuple[Choice, ...]) -> tuple[str, ...]:
    """Number, street or plan that only this contract has: what all share must not choose one."""
    shared = Counter(part for each in offered for part in set(_parts(each)))
    return tuple(part for part in _parts(choice) if part and shared[part] == 1)


def _parts(choice: Choice) -> list[str]:
    return [words.normalise(part).removeprefix("n o ") for part in choice.label.split(" · ")]
