"""Notices of the management system on the wire."""

from datetime import time
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ispbot_contracts.notices import NoticeSource, NoticeState
from ispbot_panel_api.mode.models import Revision
from ispbot_panel_api.shapes import Body, View

Hours = Annotated[int, Field(ge=1, le=720)]


class NoticeRules(Body):
    """The screen's fields, of two sections: what is taken in (``notices``), and when and how fast it leaves (``sending``)."""

    enabled: bool
    quiet_hours: bool
    quiet_from: time
    quiet_to: time
    default_ttl_h: Hours
    ttl_h_by_kind: dict[Annotated[str, Field(min_length=1, max_length=40)], Hours]
    duplicate_window_min: Annotated[int, Field(ge=1, le=1440)]
    attach_pdf_links: bool
    max_attachment_mb: Annotated[int, Field(ge=1, le=64)]
    retention_days: Annotated[int, Field(ge=1, le=730)]
    altwha_poll: bool
    altwha_max_tries: Annotated[int, Field(ge=1, le=20)]
    notices_per_minute: Annotated[float, Field(gt=0, le=6000)]
    cold_per_day: Annotated[int, Field(ge=0, le=1000)]


class IntegrationView(View):
    """A system that may push. Its token is never answered again."""

    id: str
    name: str
    created_at: AwareDatetime
    enabled: bool
    allowed_addresses: list[str]


class NoticeSettingsView(View):
    """What is saved, with the revisions that a change must name. ``push_url`` is null where nobody has set it."""

    rules: NoticeRules
    integrations: list[IntegrationView]
    push_url: str | None
    revision: int
    sending_revision: int


class NoticeRulesBody(Body):
    """A change of the rules, made on the state of these revisions."""

    rules: NoticeRules
    revision: Revision
    sending_revision: Revision


class CreateIntegrationBody(Body):
    """A new system that may push."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    allowed_addresses: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=20)]


class IntegrationCreated(View):
    """The only answer that ever holds a token."""

    token: str
    integration: IntegrationView


class NoticeFileView(View):
    """A file of a notice; ``problem`` says why its link went in its place."""

    url: str
    name: str | None
    stored: bool
    problem: str | None


class NoticeRow(View):
    """A line of the ledger."""

    id: str
    received_at: AwareDatetime
    source: NoticeSource
    source_name: str
    phone: str
    customer_name: str | None
    text: str
    files: list[NoticeFileView]
    urgent: bool
    kind: str | None
    state: NoticeState
    reason: str | None
    expires_at: AwareDatetime
    next_try_at: AwareDatetime | None


class NoticeCount(View):
    """How many notices of a search are in a state."""

    state: NoticeState
    count: int


class NoticePageView(View):
    """A page of the ledger, newest first; ``next`` asks for the older ones."""

    rows: list[NoticeRow]
    next: str | None
    counts: list[NoticeCount]
    total: int


class NoticeStepView(View):
    """One move of a notice."""

    at: AwareDatetime
    state: NoticeState
    text: str


class NoticeDetail(View):
    """A notice with its history, oldest first, and what can still be done with it."""

    notice: NoticeRow
    timeline: list[NoticeStepView]
    may_retry: bool
    may_cancel: bool


class SendStateView(View):
    """The traffic light of sending."""

    light: Literal["green", "amber", "red"]
    reason: str
    cold_used: int
    cold_left: int
    paused_until: AwareDatetime | None
    quiet_until: AwareDatetime | None
    waiting_replies: int
    waiting_notices: int
    unconfirmed: int
