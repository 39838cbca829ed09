"""Arrivals that can not be handled: kept in a file and told to people, so that the next one goes on."""

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from ispbot_contracts.base import utc_now
from ispbot_contracts.streams import DEAD_SUBJECT
from ispbot_contracts.whatsapp import MessageReceived, ReceiptReceived
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.inbound.leftovers import DAMAGED
from ispbot_gateway_wa.inbound.lines import as_line
from ispbot_gateway_wa.inbound.records import Kept, to_record
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import MessageIn, ReceiptIn
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import PARKED_HEADER, FailedTry, Parked, as_header, describe, one_line

log = get_logger(__name__)

_CONSUMER = "gateway-wa-arrivals"
_IN_A_LETTER_BYTES = 256 * 1024
_LETTER_LIMIT_S = 15.0
"""What is safe in its file waits no longer for its letter. A term whose bus is away mostly ends sooner, and the next one takes it up."""
_NAMES = {MessageIn: MessageReceived.name, ReceiptIn: ReceiptReceived.name}
"""What an arrival would have become, as the panel words it."""


def told(error: Exception) -> str:
    """Return why a try failed, without the values that a model refused (they are texts and phones)."""
    return f"{type(error).__name__}: {describe(error) if isinstance(error, ValidationError) else error}"


class Aside:
    """A file per arrival beside the spool (``arrival-<hash>.damaged``; named ``.spool`` again it is handled again), and a
    letter among the parked messages.
    """

    def __init__(self, bus: Bus, folder: Path) -> None:
        self._bus = bus
        self._folder = folder

    async def keep(self, arrival: Kept, tries: Sequence[FailedTry]) -> bool:
        """Set an arrival aside; twice is once. Waits for the bus, not for ever when it has its file (a bus with no room for
        letters must not stop the chat). Returns False when it is kept nowhere.
        """
        record = to_record(arrival)
        name = f"arrival-{hashlib.sha256(record).hexdigest()[:24]}"
        filed = await self._filed(name, record)
        fits = len(record) <= _IN_A_LETTER_BYTES
        letter = self._letter(arrival, name, tries, where=f"kept as {name}{DAMAGED}" if filed else "not kept in a file")
        headers = {
            "Nats-Msg-Id": letter.letter,
            "Ispbot-Reason": one_line(letter.reason),
            PARKED_HEADER: as_header(letter),
        }
        body = record if fits else json.dumps({"bytes": len(record)}).encode()
        subject = f"{DEAD_SUBJECT}.{self._bus.service}.{_CONSUMER}"
        lettered = True
        try:
            async with asyncio.timeout(_LETTER_LIMIT_S if filed else None):
                await patiently("set_aside", lambda: self._bus.publish_raw(subject, body, headers))
        except TimeoutError:
            lettered = False
            metrics.WITHOUT_LETTER.inc()
        metrics.SET_ASIDE.labels(letter.message).inc()
        log.error("arrival_set_aside", message=letter.message, letter=letter.letter, filed=filed, lettered=lettered)
        return filed or fits

    async def _filed(self, name: str, record: bytes) -> bool:
        try:
            await asyncio.to_thread(_write, self._folder / name, as_line(b"A 1 %s" % record))
        except OSError as error:
            metrics.SPOOL_FAILURES.inc()
            log.error("arrival_not_filed", reason=error.strerror or str(error))
            return False
        return True

    def _letter(self, arrival: Kept, name: str, tries: Sequence[FailedTry], *, where: str) -> Parked:
        now = utc_now()
        message = _NAMES.get(type(arrival), "group_seen")
        return Parked(
            letter=name, service=self._bus.service, consumer=_CONSUMER, stream="", sequence=0,
            subject=f"wa.evt.{message}.{name}", message=message, message_id=None, correlation_id=None, why="failed",
            reason=f"{tries[-1].reason} ({where})", stored_at=tries[0].at, first_at=tries[0].at, last_at=now,
            tries=len(tries), replays=0, history=list(tries), headers={},
        )  # fmt: skip


def _write(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        while line:
            line = line[os.write(descriptor, line) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path.with_suffix(DAMAGED))
