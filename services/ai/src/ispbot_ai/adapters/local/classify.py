"""Which reason the words speak of: weights of the signs found, the newest message counting a little more."""

from collections.abc import Sequence
from dataclasses import dataclass

from ispbot_ai.adapters.local.catalogue import SIGNS
from ispbot_ai.adapters.local.text import fold
from ispbot_ai.reasons import Reason

_OLDER = 0.85
"""What a message counts beside the one that came after it."""
_HINT = 0.8
"""What the menu's choice counts at most, beside one clear sign in the customer's newest words."""
_SURE_AT = 3.0
"""One clear sign."""


@dataclass(frozen=True)
class Verdict:
    """The reason and how sure it is, 0 to 1."""

    reason: Reason
    confidence: float


def score(text: str) -> dict[Reason, int]:
    """Return the weight of the signs found per reason; reasons without a sign are left out."""
    folded = fold(text)
    scores = {
        reason: sum(sign.weight for sign in signs if sign.pattern.search(folded)) for reason, signs in SIGNS.items()
    }
    return {reason: weight for reason, weight in scores.items() if weight}


def classify(words: Sequence[str], hint: str = "") -> Verdict:
    """Return the reason of a customer's messages, oldest first. ``hint`` is what they chose in the menu.

    The confidence is the winner's share of all weight, less when even the winner's signs are weak.
    """
    totals: dict[Reason, float] = {}
    for age, text in enumerate(reversed(words)):
        for reason, weight in score(text).items():
            totals[reason] = totals.get(reason, 0.0) + weight * _OLDER**age
    for reason, weight in score(hint).items():
        totals[reason] = totals.get(reason, 0.0) + min(weight, _SURE_AT) * _HINT
    if not totals:
        return Verdict(Reason.OTHER, 0.0)
    best = max(totals, key=lambda reason: totals[reason])
    share = totals[best] / sum(totals.values())
    return Verdict(best, round(share * min(1.0, totals[best] / _SURE_AT), 2))
