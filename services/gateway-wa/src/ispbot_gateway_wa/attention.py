"""Whether customers write, and whether one waits for an answer just now. A hint that notices give way to: lost on restart without harm."""

import time
from collections.abc import Callable

from cachetools import TTLCache

_ANSWERED_WITHIN_S = 2.0
"""A bot answers within that; who waits longer wrote to a person, or into an outage that notices do not make worse."""
_CHATTING_FOR_S = 5.0
_CHATS = 5000


class Attention:
    """Who wrote and has no answer yet, for as long as one may still come at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked_at = float("-inf")
        self._unanswered: TTLCache[str, None] = TTLCache(_CHATS, _ANSWERED_WITHIN_S, timer=clock)

    def asked(self, chat: str) -> None:
        """Note that a customer wrote."""
        self._asked_at = self._clock()
        self._unanswered[chat] = None

    def answered(self, chat: str) -> None:
        """Note that a reply left."""
        self._unanswered.pop(chat, None)

    @property
    def somebody_waits(self) -> bool:
        """Tell whether an answer is still to come."""
        self._unanswered.expire()
        return bool(self._unanswered)

    @property
    def somebody_chats(self) -> bool:
        """Tell whether customers have written in the last seconds."""
        return self._clock() - self._asked_at < _CHATTING_FOR_S
