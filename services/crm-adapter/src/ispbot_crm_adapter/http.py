"""The adapter's HTTP side: health, and the endpoint that management systems push to."""

from starlette.applications import Starlette

from ispbot_crm_adapter.notices.routes import Doors
from ispbot_runtime.health import Health


def http_app(health: Health, doors: Doors) -> Starlette:
    """Return the app."""
    return Starlette(routes=[*health.routes(), *doors.routes()])
