"""AltWha: the messages that ISPBrain wants sent over WhatsApp."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ACCOUNT = "7"
CONFIG = {"block": [5, 10], "pause": [30, 60], "delay": [2, 5]}


@dataclass
class AltwhaQueue:
    """What waits and what became of it: status 0 pending, 1 sent, 2 failed."""

    messages: dict[int, Json] = field(default_factory=dict)

    def add(self, phone: str, message: str, *, urgent: bool = False, account: str = ACCOUNT) -> Json:
        """Queue a message."""
        message_id = len(self.messages) + 1
        row: Json = {
            "id": message_id, "account_id": account, "phone": phone, "message": message, "urgent": int(urgent),
            "status": 0, "cancelled": 0, "deleted": 0, "send_at": None,
        }  # fmt: skip
        self.messages[message_id] = row
        return row
