"""What is leaving and not told yet: its ticks wait for it, so that others hear of a message before its ticks.

Only order for the sake of less work: who hears of ticks first keeps them until the message comes. So nobody waits long.
"""

import asyncio

_WAIT_S = 1.0


class InHand:
    """Sends by chat, from the moment they may have left until their end is on the bus."""

    def __init__(self) -> None:
        self._chats: dict[str, str] = {}
        self._change = asyncio.Event()

    def leaving(self, send_id: str, chat: str) -> None:
        """A send is on its way."""
        self._chats[send_id] = chat

    def told(self, send_id: str) -> None:
        """Its end is told, or it was given back."""
        if self._chats.pop(send_id, None) is not None:
            change, self._change = self._change, asyncio.Event()
            change.set()

    async def until_told(self, chat: str) -> None:
        """Wait until what is leaving to this chat now is told, not longer than a second."""
        now = {send_id for send_id, to in self._chats.items() if to == chat}
        try:
            async with asyncio.timeout(_WAIT_S):
                while not now.isdisjoint(self._chats):
                    await self._change.wait()
        except TimeoutError:
            for send_id in now:  # it hangs: the next one need not find that out again
                self.told(send_id)
