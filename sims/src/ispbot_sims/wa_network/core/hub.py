"""One stream of what happens on phones, to any number of listeners."""

import asyncio
from collections.abc import Iterable

from ispbot_sims.wa_network.core.entities import Json

MAX_WAITING = 200_000
"""Events a listener may lag behind before it is cut off (it must then read the chats again)."""


class Lagging(Exception):
    """The listener did not keep up."""


class Subscription:
    """A listener's mailbox: all phones, or some. Events that belong to no phone go to everybody."""

    def __init__(self, phones: Iterable[str] | None) -> None:
        self._phones = None if phones is None else frozenset(phones)
        self._waiting: list[Json] = []
        self._wake = asyncio.Event()
        self.lagging = False

    def offer(self, event: Json) -> None:
        """Put an event in, if it is for this listener."""
        if self._phones is not None and event.get("phone") is not None and event["phone"] not in self._phones:
            return
        if len(self._waiting) >= MAX_WAITING:
            self.lagging = True
        else:
            self._waiting.append(event)
        self._wake.set()

    async def batch(self) -> list[Json]:
        """Wait for events and return all that are there.

        Raises:
            Lagging: events were lost because the listener was too slow.
        """
        await self._wake.wait()
        self._wake.clear()
        if self.lagging:
            raise Lagging
        events, self._waiting = self._waiting, []
        return events


class Hub:
    """Where events are published."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self.published = 0

    def publish(self, kind: str, *, phone: str | None = None, **fields: object) -> None:
        """Tell every listener of ``phone`` (or all, without a phone)."""
        self.published += 1
        if self._subscriptions:
            event: Json = {"type": kind, "phone": phone, **fields}
            for subscription in self._subscriptions:
                subscription.offer(event)

    def subscribe(self, phones: Iterable[str] | None = None) -> Subscription:
        """Start listening."""
        subscription = Subscription(phones)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop listening."""
        self._subscriptions.discard(subscription)
