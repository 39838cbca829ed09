"""How each process is, told to whoever shows it."""

from typing import ClassVar

from pydantic import AwareDatetime

from ispbot_contracts.base import Ephemeral

HEALTH_EVERY_S = 3.0
"""How often every process tells how it is; three silent turns mean that it is missing."""


class ServiceHealth(Ephemeral):
    """How one process is now. ``problems`` keep it from work, ``degraded`` only limits it: both by what it concerns.

    ``oldest_unprocessed_s`` is the age in seconds of the oldest message that waits for this service and ``lag`` how many
    wait; None while unknown. ``leaving`` is the last word of a process that ends in order.
    """

    name: ClassVar[str] = "service_health"

    service: str
    instance: str
    ready: bool
    problems: dict[str, str]
    degraded: dict[str, str]
    sent_at: AwareDatetime
    started_at: AwareDatetime
    lag: int | None = None
    oldest_unprocessed_s: float | None = None
    dead_letters: int | None = None
    leaving: bool = False
