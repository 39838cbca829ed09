"""The local provider behind the port."""

from ispbot_ai.adapters.local.classify import classify
from ispbot_ai.adapters.local.summarise import fit, summarise
from ispbot_ai.ports import Analysis

_READ_CHARS = 1500
"""How much of each message is read: more is pasted text, and patterns must stay quick."""
_HINT_CONFIDENCE = 0.3


class LocalProvider:
    """Needs no key and no network, and says so by its name."""

    name = "local"

    async def classify(self, words: list[str], hint: str) -> Analysis[str]:
        """Return the reason whose signs weigh most; the menu's hint counts a little less than the words."""
        verdict = classify(_readable(words), hint)
        return Analysis(verdict.reason.value, self.name, None, verdict.confidence)

    async def summarise(self, words: list[str], hint: str) -> Analysis[str]:
        """Return the line that says most, in the customer's own words; the menu's hint when they only pressed keys."""
        line, confidence = summarise(_readable(words))
        if not line:
            return Analysis(fit(hint), self.name, None, _HINT_CONFIDENCE)
        return Analysis(line, self.name, None, confidence)


def _readable(words: list[str]) -> list[str]:
    return [text[:_READ_CHARS] for text in words]
