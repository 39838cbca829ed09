"""What a customer's words mean: universal words, option numbers, and the option that a sentence points at.

Accents, capitals, repeated letters and small typing mistakes do not matter. Distances are optimal string alignment
(one edit = one letter missing, added, changed or two neighbours swapped).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from ispbot_router.domain import phrases

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_DOUBLED = re.compile(r"([a-z])\1")
_NUMBER = re.compile(r"(?:(?:la|el|opcion|numero|nro|n) )*(\d{1,2})")
_GREETING = re.compile(
    r"(?:hola+|ola|holi+s?|hey|buenas(?: tardes| noches| dias)?|buen dia|buenos dias|(?:que|ke) tal|"
    r"como (?:estas|andas|va|estan|anda)|todo bien)\b ?"
)
_TYPO_FROM = 5
_TWO_TYPOS_FROM = 8
_PHRASE_LIKENESS = 0.86


class Word(StrEnum):
    """Words that mean the same wherever the customer is."""

    MENU = "menu"
    PERSON = "person"
    LEAVE = "leave"
    HELLO = "hello"
    BACK = "back"
    THANKS = "thanks"
    RETRY = "retry"
    SWITCH = "switch"


@lru_cache(maxsize=20_000)
def normalise(text: str) -> str:
    """Return lower-case words without accents, marks or punctuation, one space between them."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(ch for ch in folded if unicodedata.category(ch)[0] != "M")
    return _REPEATED.sub(r"\1", _NOT_WORD.sub(" ", plain).strip())


def option_number(text: str) -> int | None:
    """Return the number that the message chooses (``2``, ``2.``, ``2️⃣``, ``opción 2``, ``dos``), None when it is none."""
    words = normalise(text)
    if words in phrases.NUMBERS:
        return phrases.NUMBERS[words]
    found = _NUMBER.fullmatch(words)
    return int(found[1]) if found else None


def without_greeting(text: str) -> str:
    """Return the normalised words that follow a greeting; empty when the message only greets."""
    words = normalise(text)
    while found := _GREETING.match(words):
        words = words[found.end() :]
    return words


def close(word: str, target: str) -> bool:
    """Tell whether ``word`` is ``target`` with a typing mistake that its length allows."""
    if word == target or _DOUBLED.sub(r"\1", word) == target:
        return True
    if len(target) < _TYPO_FROM:
        return len(word) == len(target) and sorted(word) == sorted(target) and OSA.distance(word, target) == 1
    allowed = 2 if len(target) >= _TWO_TYPOS_FROM else 1
    return word[:1] == target[:1] and OSA.distance(word, target, score_cutoff=allowed) <= allowed


def universal_word(text: str) -> Word | None:
    """Return the universal word that the whole message is, politeness aside."""
    words = normalise(text)
    if not words:
        return Word.THANKS if any(ch in phrases.THANKFUL_SIGNS for ch in text) else None
    bare = " ".join(word for word in words.split() if word not in phrases.POLITE) or words
    for form in (words, bare):
        for meaning, known in phrases.UNIVERSAL.items():
            if form in known:
                return Word(meaning)
    if not without_greeting(words):
        return Word.HELLO
    for meaning, targets in phrases.TOLERANT.items():
        if any(close(bare, target) for target in targets):
            return Word(meaning)
    return None


def asks_for_person(text: str) -> bool:
    """Tell whether a sentence asks for a human being somewhere in it."""
    words = f" {normalise(text)} "
    return any(f" {phrase} " in words for phrase in phrases.PERSON_INSIDE)


def is_receipt(text: str) -> bool:
    """Tell whether the words beside a file say that it is a payment receipt."""
    words = normalise(text).split()
    return any(close(word, target) for word in words for target in phrases.RECEIPT)


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen by words: its token and normalised phrases. A ``leaf`` does something by itself."""

    token: str
    phrases: tuple[str, ...]
    leaf: bool = True


def exact_option(text: str, options: Iterable[Option]) -> str | None:
    """Return the token of the option whose phrase the message is, letter by letter."""
    words = normalise(text)
    return next((option.token for option in options if words in option.phrases), None) if words else None


def best_option(text: str, options: Iterable[Option]) -> str | None:
    """Return the token of the option that the message points at, None when no option is meant.

    A phrase inside the message wins over a misspelt one, a longer phrase over a shorter one, an action over a submenu.
    """
    words = normalise(text)
    if not words:
        return None
    best: tuple[float, str] | None = None
    for option in options:
        score = max((_score(words, phrase) for phrase in option.phrases), default=0.0)
        if score and not option.leaf:
            score -= 20
        if score > 0 and (best is None or score > best[0]):
            best = (score, option.token)
    return best[1] if best else None


def _score(words: str, phrase: str) -> float:
    if f" {phrase} " in f" {words} ":
        return 100 + len(phrase)
    if " " in phrase:
        return 50 + len(phrase) if OSA.normalized_similarity(words, phrase) >= _PHRASE_LIKENESS else 0
    if len(phrase) >= _TYPO_FROM and any(close(word, phrase) for word in words.split()):
        return 50 + len(phrase)
    return 0
