"""Telling the others what concerns a contact, so that nothing of an absorbed contact is told after its merge."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from ispbot_contracts.base import ContactId, Message


class Gate:
    """Many pass side by side; closing a contact waits for those inside and holds the next ones off."""

    def __init__(self) -> None:
        self._inside: Counter[ContactId] = Counter()
        self._closed: set[ContactId] = set()
        self._change = asyncio.Event()

    @asynccontextmanager
    async def passing(
        self, contact_id: ContactId, now: Callable[[ContactId], Awaitable[ContactId]]
    ) -> AsyncIterator[ContactId]:
        """Pass as the contact that ``contact_id`` is now."""
        current = await now(contact_id)
        while current in self._closed:
            await self._change.wait()
            current = await now(contact_id)
        self._inside[current] += 1
        try:
            yield current
        finally:
            self._inside[current] -= 1
            if not self._inside[current]:
                del self._inside[current]
                self._changed()

    @asynccontextmanager
    async def closed(self, *contact_ids: ContactId) -> AsyncIterator[None]:
        """Be alone with these contacts; one caller at a time."""
        self._closed |= set(contact_ids)
        try:
            while any(one in self._inside for one in contact_ids):
                await self._change.wait()
            yield
        finally:
            self._closed -= set(contact_ids)
            self._changed()

    def _changed(self) -> None:
        change, self._change = self._change, asyncio.Event()
        change.set()


class Teller:
    """Gives events to the bus under the contact that holds at that moment."""

    def __init__(
        self,
        gate: Gate,
        now: Callable[[ContactId], Awaitable[ContactId]],
        publish: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._gate = gate
        self._now = now
        self._publish = publish

    async def tell(self, event: Message) -> None:
        """Publish ``event``. Raises what publishing raises."""
        contact_id: ContactId | None = getattr(event, "contact_id", None)
        if contact_id is None:
            await self._publish(event)
            return
        async with self._gate.passing(contact_id, self._now) as current:
            await self._publish(event if current == contact_id else event.model_copy(update={"contact_id": current}))
