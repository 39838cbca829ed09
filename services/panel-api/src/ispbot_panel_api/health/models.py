"""The state of the parts on the wire."""

from typing import Literal

from pydantic import AwareDatetime

from ispbot_panel_api.shapes import View


class AlertView(View):
    """One part that does not work (``bad``) or only partly (``warn``), in Spanish."""

    id: str
    level: Literal["bad", "warn"]
    part: str
    what: str
    customers: str
    todo: str
    since: AwareDatetime


class HealthView(View):
    """All alerts, worst first; none when everything works."""

    alerts: list[AlertView]
