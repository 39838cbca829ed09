"""The queue of the configured system, when it is one that has such a queue."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from ispbot_crm_adapter.adapters.ispbrain import altwha
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_PAGES = 20


@runtime_checkable
class HasQueue(Protocol):
    """A client whose system has a queue of messages."""

    line: IspbrainLine

    @property
    def altwha_account(self) -> str | None:
        """Whose messages we send, None when that is off."""
        ...


class AltwhaQueue:
    """One account's queue."""

    def __init__(self, line: IspbrainLine, source: str, account: str) -> None:
        self.key = f"{source}:{account}"
        self._account = account
        self._line = line

    async def pending(self) -> AsyncIterator[Sequence[altwha.AltwhaMessage]]:
        """Yield what waits to be sent page by page, urgent ones first, each once."""
        told: set[str] = set()
        for urgent in (True, False):
            async for messages in self._pages(urgent=urgent):
                yield [message for message in messages if message.id not in told]
                told.update(message.id for message in messages)

    async def _pages(self, *, urgent: bool) -> AsyncIterator[Sequence[altwha.AltwhaMessage]]:
        """Yield up to 20 pages; a server that gives the same one again has no more."""
        before: list[str] = []
        for number in range(1, _PAGES + 1):
            page = await altwha.pending_messages(self._line, self._account, page=number, urgent=urgent)
            if page.ids == before:
                return
            yield page.messages
            if page.last:
                return
            before = page.ids
        log.warning("altwha_queue_too_long", pages=_PAGES, urgent=urgent)

    async def acknowledge(self, message_id: str, *, sent: bool, at: datetime) -> None:
        """Tell how a message ended."""
        await altwha.acknowledge(self._line, message_id, sent=sent, at=at)

    async def pacing(self) -> altwha.AltwhaPacing | None:
        """Return how the account wants to be paced."""
        return await altwha.pacing(self._line, self._account)


def queue_of(crm: CurrentCrm) -> AltwhaQueue | None:
    """Return the queue of the system in use, None when it has none or it is off."""
    opened = crm.opened
    client: object = opened.client if opened is not None else None
    if opened is None or not isinstance(client, HasQueue) or client.altwha_account is None:
        return None
    return AltwhaQueue(client.line, opened.source, client.altwha_account)
