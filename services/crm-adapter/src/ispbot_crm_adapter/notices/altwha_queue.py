"""The queue of the configured system, when it is one that has such a queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from ispbot_crm_adapter.adapters.ispbrain import altwha
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine
from ispbot_crm_adapter.connection import CurrentCrm


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

    def __init__(self, line: IspbrainLine, account: str) -> None:
        self.account = account
        self._line = line

    async def pending(self) -> Sequence[altwha.AltwhaMessage]:
        """Return what waits to be sent, urgent ones first."""
        urgent = await altwha.pending_messages(self._line, self.account, urgent=True)
        first = {message.id for message in urgent}
        page = await altwha.pending_messages(self._line, self.account)
        return [*urgent, *(message for message in page if message.id not in first)]

    async def acknowledge(self, message_id: str, *, sent: bool, at: datetime) -> None:
        """Tell how a message ended."""
        await altwha.acknowledge(self._line, message_id, sent=sent, at=at)

    async def pacing(self) -> altwha.AltwhaPacing | None:
        """Return how the account wants to be paced."""
        return await altwha.pacing(self._line, self.account)


def queue_of(crm: CurrentCrm) -> AltwhaQueue | None:
    """Return the queue of the system in use, None when it has none or it is off."""
    client: object = crm.opened.client if crm.opened is not None else None
    if not isinstance(client, HasQueue) or client.altwha_account is None:
        return None
    return AltwhaQueue(client.line, client.altwha_account)
