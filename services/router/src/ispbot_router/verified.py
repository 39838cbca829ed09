"""Nothing is written outside on a copy of a conversation that may be behind what another replica wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_behind: ContextVar[bool] = ContextVar("copy_may_be_behind", default=False)


class CopyUnverified(Exception):
    """Something was about to be written outside on such a copy; ``Sessions.once`` reads the conversation and begins again."""


@contextmanager
def working_on_a_copy(*, may_be_behind: bool) -> Iterator[None]:
    """Remember for the time of the block whether the conversation in hand was taken from memory, not from the database."""
    token = _behind.set(may_be_behind)
    try:
        yield
    finally:
        _behind.reset(token)


def require_verified(what: str) -> None:
    """Everything that writes outside calls this first. Raises CopyUnverified."""
    if _behind.get():
        raise CopyUnverified(what)
