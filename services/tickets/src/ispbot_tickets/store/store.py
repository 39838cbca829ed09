"""Everything this service keeps, and the two steps that finish a change asked for by a question."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pymongo.errors import PyMongoError

from ispbot_contracts.base import utc_now
from ispbot_contracts.tickets import MessageArchived
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database, Document, ensure_indexes, words_of
from ispbot_runtime.outbox import Outbox
from ispbot_tickets.domain.line import Line
from ispbot_tickets.store.conversations import Changed, Conversations
from ispbot_tickets.store.counters import Days, Numbers
from ispbot_tickets.store.indexes import CONVERSATIONS, COUNTERS, DAYS, INDEXES, LINES, MERGES, TICKETS
from ispbot_tickets.store.lines import Lines
from ispbot_tickets.store.merges import Merges
from ispbot_tickets.store.tickets import Tickets

log = get_logger(__name__)

_LEFT_BEHIND_AFTER = timedelta(seconds=5)
_SWEEP_EVERY_S = 2.0
_STRAGGLE_FOR = timedelta(minutes=3)
"""Longer than any handler may run."""


class Store:
    """The service's own database."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._outbox = Outbox(database[CONVERSATIONS], bus)
        self.conversations = Conversations(database[CONVERSATIONS])
        self.lines = Lines(database[LINES])
        self.tickets = Tickets(database[TICKETS])
        self.numbers = Numbers(database[COUNTERS])
        self.days = Days(database[DAYS])
        self.merges = Merges(database[MERGES])

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._database, INDEXES)

    async def finish(self, changed: Changed) -> None:
        """Write the lines that a change announces, then publish its messages, after those of earlier changes that still
        wait; what fails here the relay does.
        """
        if not changed.messages:
            return
        contact_id = changed.conversation.contact_id
        earlier = await self._outbox.earlier(contact_id, changed.messages[0]) if changed.conversation.untold else []
        await self._add_lines(earlier)
        for message in changed.messages:
            if isinstance(message, MessageArchived):
                await self.lines.add(Line.of_view(message.message))
        await self._outbox.flush(contact_id, changed.messages, earlier=earlier)

    async def relay(self, *, older_than: timedelta = _LEFT_BEHIND_AFTER, every_s: float = _SWEEP_EVERY_S) -> None:
        """Run for ever: finish what a crash left behind."""
        while True:
            try:
                await self.sweep(older_than=older_than)
                await self.lead_stragglers()
            except (Retryable, PyMongoError) as error:
                log.warning("relay_waits", reason=words_of(error))
            await asyncio.sleep(every_s)

    async def sweep(self, *, older_than: timedelta) -> int:
        """Finish changes whose messages have waited longer than ``older_than``; returns how many those were."""
        for entries in await self.conversations.unannounced(utc_now() - older_than):
            await self._add_lines(entries)
        return await self._outbox.sweep(older_than=older_than)

    async def _add_lines(self, entries: Sequence[Document]) -> None:
        """Write the lines that messages of an outbox announce."""
        for entry in entries:
            if entry["subject"].startswith(f"{MessageArchived.owner}.evt.{MessageArchived.name}."):
                line = Line.of_view(MessageArchived.model_validate_json(entry["body"]).message)
                conversation = await self.conversations.load(line.contact_id)
                await self.lines.add(replace(line, contact_id=conversation.contact_id))

    async def lead_stragglers(self) -> None:
        """Move lines and tickets that were being written while their contact was merged into another."""
        for absorbed, kept in await self.merges.since(utc_now() - _STRAGGLE_FOR):
            await self.lines.move(absorbed, kept)
            await self.tickets.move(absorbed, kept)
