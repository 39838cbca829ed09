"""Logs are JSON facts on standard output, each with the correlation id of the message that started it all."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import structlog
from pydantic_core import to_json
from pymongo.errors import OperationFailure
from structlog.contextvars import bind_contextvars, reset_contextvars
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import ExcInfo

from ispbot_runtime.metrics import LOG_LINES_LOST
from ispbot_runtime.mongo import words_of


class _Output:
    """Standard output that never stops who writes: lines that a full disk does not take are counted."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, line: bytes) -> None:
        """Write a line at once."""
        try:
            self._file.write(line)
            self._file.flush()
        except OSError:
            LOG_LINES_LOST.inc()

    def flush(self) -> None:
        """Nothing is held back."""


class _Traceback(ExceptionDictTransformer):
    """No local variables, no values that a model or the database refused: they are texts, phones and secrets."""

    def __init__(self) -> None:
        super().__init__(show_locals=False)

    def __call__(self, exc_info: ExcInfo) -> list[dict[str, Any]]:
        """Return the chain of exceptions."""
        found = super().__call__(exc_info)
        refused = [error for error in _chain(exc_info[1]) if isinstance(error, OperationFailure) and str(error)]
        said = {str(error): words_of(error) for error in refused}
        _cut(found, sorted(said.items(), key=lambda pair: len(pair[0]), reverse=True))  # one may quote another
        return found


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an exception and everything it came from."""
    left, seen = [error], set[int]()
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        left += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            left += one.exceptions


def _cut(found: list[dict[str, Any]], said: Sequence[tuple[str, str]]) -> None:
    """Replace what may be quoted in a chain of exceptions, also within a group of them."""
    for each in found:
        if each["exc_type"] == "ValidationError":
            each["exc_value"] = each["exc_value"].partition("\n")[0]
        for words, instead in said:
            each["exc_value"] = each["exc_value"].replace(words, instead)
        for member in each.get("exceptions", ()):
            _cut(member, said)


def _as_json(fact: Any, default: Callable[[Any], Any]) -> bytes:
    return to_json(fact, fallback=default)


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send every log line of this process to standard output as one JSON object."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.ExceptionRenderer(_Traceback()),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(_as_json)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.BytesLoggerFactory(cast("BinaryIO", _Output(sys.stdout.buffer))),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "uvicorn.access", "faststream", "pymongo"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger of facts: ``log.info("ticket_taken", ticket_id=...)``."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(module=name)
    return logger


@contextmanager
def correlated(correlation_id: str | None) -> Iterator[None]:
    """Name the message that started it all in every log line of a block; None leaves things as they are."""
    if not correlation_id:
        yield
        return
    tokens = bind_contextvars(correlation_id=correlation_id)
    try:
        yield
    finally:
        reset_contextvars(**tokens)
