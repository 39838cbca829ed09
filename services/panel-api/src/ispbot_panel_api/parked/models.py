"""Parked messages on the wire. Only the detail holds what customers wrote."""

from pydantic import AwareDatetime

from ispbot_panel_api.shapes import View


class ParkedRow(View):
    """A parked message, without its body."""

    seq: int
    service: str
    part: str
    message: str
    kind_text: str
    subject_kind: str
    why: str
    why_text: str
    reason: str
    tries: int
    replays: int
    parked_at: AwareDatetime


class ParkedCount(View):
    """How many messages a part has parked."""

    service: str
    part: str
    count: int


class ParkedPage(View):
    """A page, newest first; ``next`` asks for the older ones."""

    rows: list[ParkedRow]
    next: int | None
    total: int
    services: list[ParkedCount]


class TryView(View):
    """One try that did not work."""

    at: AwareDatetime
    replica: str
    reason: str


class ParkedDetail(View):
    """A parked message whole: its history, oldest first, and its body as text."""

    row: ParkedRow
    message_id: str | None
    correlation_id: str | None
    first_failed_at: AwareDatetime
    last_failed_at: AwareDatetime
    history: list[TryView]
    body: str
    truncated: bool


class ReplayedView(View):
    """How many were given back, and why the rest was not."""

    replayed: int
    failed: int
    left: int
    message: str | None
