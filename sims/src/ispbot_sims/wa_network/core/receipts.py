"""Ticks: who got, read or played what, told to the sender."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from ispbot_sims.wa_network.core.addresses import chat_address, lid_address
from ispbot_sims.wa_network.core.deliveries import Deliveries
from ispbot_sims.wa_network.core.entities import Msg
from ispbot_sims.wa_network.core.hub import Hub
from ispbot_sims.wa_network.core.state import State

Level = Literal["delivered", "read", "played"]
_AT: dict[Level, int] = {"delivered": 0, "read": 1, "played": 2}


class Receipts:
    """Marks messages and tells their senders."""

    def __init__(self, *, state: State, hub: Hub, deliveries: Deliveries) -> None:
        self._state = state
        self._hub = hub
        self._deliveries = deliveries

    def mark(self, messages: Iterable[Msg], who: str, level: Level) -> list[Msg]:
        """``who`` got, read or played the messages; return those for which that was news."""
        now = self._state.now_ms()
        at = _AT[level]
        news = [m for m in messages if who in m.marks and not m.marks[who][at]]
        for message in news:
            mark = message.marks[who]
            for earlier in range(at + 1):
                mark[earlier] = mark[earlier] or now
            self._state.save_message(message)
        groups: dict[tuple[str, str], list[Msg]] = defaultdict(list)
        for message in news:
            groups[message.chat, message.sender].append(message)
        for (chat, sender), group in groups.items():
            if sender in self._state.accounts:
                self._tell_devices(sender, chat, who, level, [m.id for m in group])
            else:
                self._tell_phone(sender, chat, group)
        return news

    def read_by_owner(self, account: str, messages: Iterable[Msg]) -> None:
        """The company's own phone read customers' messages: blue ticks, and the devices learn of it."""
        news = self.mark(messages, account, "read")
        by_chat: dict[str, list[Msg]] = defaultdict(list)
        for message in news:
            by_chat[message.chat].append(message)
        for chat, group in by_chat.items():
            self._tell_devices(account, chat, account, "read_self", [m.id for m in group])

    def _tell_devices(self, account: str, chat: str, who: str, kind: str, ids: list[str]) -> None:
        self._deliveries.put(
            account,
            {
                "t": "receipt",
                "chat": chat_address(self._state, chat),
                "sender": lid_address(self._state, who),
                "type": kind,
                "ids": ids,
                "timestamp_s": self._state.now_ms() // 1000,
            },
        )

    def _tell_phone(self, phone: str, chat: str, messages: list[Msg]) -> None:
        for message in messages:
            self._hub.publish(
                "receipt", phone=phone, chat=chat, id=message.id, tick=message.tick, at_ms=self._state.now_ms()
            )
