"""Classifies by weighted patterns and summarises by choosing the customer's own most telling words."""

import re

from ispbot_ai.adapters.local.patterns import GREETING, PATTERNS, UNIVERSAL, normalise
from ispbot_ai.ports import SUMMARY_MAX, Analysis
from ispbot_ai.reasons import OTHER, REASONS

_HINT_WEIGHT = 0.8
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_NEWEST_BONUS = 0.2


def _scores(text: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    for reason, weight, pattern in PATTERNS:
        if pattern.search(text):
            scores[reason] = scores.get(reason, 0.0) + weight
    return scores


class LocalProvider:
    """Needs no key and no network, and says so by its name."""

    name = "local"

    async def classify(self, words: list[str], hint: str) -> Analysis[str]:
        """Return the reason whose patterns weigh most; the menu's hint counts a little less than the words."""
        scores = _scores(normalise(" . ".join(words)))
        for reason, score in _scores(normalise(hint)).items():
            scores[reason] = scores.get(reason, 0.0) + _HINT_WEIGHT * score
        if not scores:
            return Analysis(OTHER, self.name, None, 0.2)
        reason, best = max(scores.items(), key=lambda item: (item[1], -REASONS.index(item[0])))
        total = sum(scores.values())
        return Analysis(reason, self.name, None, round(best / (total + 1.0), 2))

    async def summarise(self, words: list[str], hint: str) -> Analysis[str]:
        """Return the sentence that says most, in the customer's own words; the menu's hint when they only pressed keys."""
        candidates = [
            (self._telling(sentence) + _NEWEST_BONUS * position, sentence)
            for position, text in enumerate(words)
            if not UNIVERSAL.match(normalise(text))
            for sentence in _sentences(text)
        ]
        if not candidates:
            return Analysis(_clip(hint), self.name, None, 0.3)
        score, sentence = max(candidates)
        return Analysis(_clip(sentence), self.name, None, min(0.9, 0.4 + score / 20))

    @staticmethod
    def _telling(sentence: str) -> float:
        flat = normalise(sentence)
        return sum(_scores(flat).values()) + min(len(flat.split()), 12) / 4


def _sentences(text: str) -> list[str]:
    found = []
    for part in _SENTENCE_END.split(text):
        flat = normalise(part)
        greeting = GREETING.match(flat)
        cut = part.strip()
        if greeting and len(flat) > greeting.end():
            words_left = len(flat[greeting.end() :].split())
            cut = " ".join(cut.split()[-words_left:])
        elif greeting:
            continue
        if cut.strip(" .,!?¡¿"):
            found.append(cut.strip(" ,;"))
    return found


def _clip(text: str) -> str:
    line = " ".join(text.split())
    line = line[:1].upper() + line[1:]
    if len(line) <= SUMMARY_MAX:
        return line
    return line[: SUMMARY_MAX - 1].rsplit(" ", 1)[0].rstrip(" ,;") + "…"
