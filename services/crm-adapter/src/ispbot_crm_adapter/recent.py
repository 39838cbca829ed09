"""Answers of the last seconds, given again without asking: one conversation asks the same thing several times."""

from typing import TypeVar

from cachetools import TTLCache
from pydantic import BaseModel

from ispbot_crm_adapter import metrics

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_MOST = 10_000


class Recent:
    """A small memory of live answers, per system."""

    def __init__(self, fresh_s: float) -> None:
        self._answers: TTLCache[tuple[str, ...], BaseModel] = TTLCache(maxsize=_MOST, ttl=fresh_s)

    def get(self, kind: type[AnswerT], *key: str) -> AnswerT | None:
        """Return the answer if it is young enough."""
        answer = self._answers.get((kind.__name__, *key))
        if isinstance(answer, kind):
            metrics.ANSWERS.labels(kind.__name__, "recent").inc()
            return answer
        return None

    def put(self, answer: BaseModel, *key: str) -> None:
        """Keep a live answer."""
        self._answers[(type(answer).__name__, *key)] = answer
