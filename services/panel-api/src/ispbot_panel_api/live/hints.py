"""What the replicas of this service tell each other on plain NATS; lost without lasting harm."""

from typing import ClassVar

from ispbot_contracts.base import ContactId, Ephemeral
from ispbot_contracts.common import AgentRef


class SessionsChanged(Ephemeral):
    """A person's sessions, role or departments changed: look at their live sockets again."""

    name: ClassVar[str] = "panel_sessions_changed"
    user_id: str


class PresenceSeen(Ephemeral):
    """Whose panels are open at one replica."""

    name: ClassVar[str] = "panel_presence_seen"
    replica: str
    user_ids: list[str]


class AgentTyping(Ephemeral):
    """An agent types in a conversation, or stopped."""

    name: ClassVar[str] = "panel_agent_typing"
    contact_id: ContactId
    agent: AgentRef
    typing: bool
