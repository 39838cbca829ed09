"""The HTTP app: routes, the gate before them, the edge around everything."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from ispbot_panel_api.agents.routes import router as agents
from ispbot_panel_api.auth.routes import router as auth
from ispbot_panel_api.crm.routes import router as crm
from ispbot_panel_api.customers.routes import router as customers
from ispbot_panel_api.dashboard.routes import router as dashboard
from ispbot_panel_api.health.routes import router as health_routes
from ispbot_panel_api.live.routes import router as live
from ispbot_panel_api.media.routes import router as media
from ispbot_panel_api.mode.routes import router as mode
from ispbot_panel_api.notices.routes import router as notices
from ispbot_panel_api.parked.routes import router as parked
from ispbot_panel_api.shapes import Problem
from ispbot_panel_api.tickets.routes import router as tickets
from ispbot_panel_api.users.routes import router as users
from ispbot_panel_api.web import problems
from ispbot_panel_api.web.edge import Edge
from ispbot_panel_api.web.gate import Gate
from ispbot_panel_api.web.panel import PanelFiles
from ispbot_panel_api.whatsapp.routes import router as whatsapp


def _operation_id(route: APIRoute) -> str:
    return route.name


def build_api() -> FastAPI:
    """Return the API alone (its document is made from this)."""
    api = FastAPI(
        title="ISPBot panel API",
        version="1",
        openapi_url=None,
        separate_input_output_schemas=False,
        generate_unique_id_function=_operation_id,
        responses={"default": {"model": Problem, "description": "What went wrong and what to do"}},
    )
    for router in (
        auth,
        users,
        dashboard,
        whatsapp,
        tickets,
        media,
        customers,
        agents,
        mode,
        live,
        crm,
        notices,
        parked,
        health_routes,
    ):
        api.include_router(router)
    problems.install(api)
    return api


def build_app(api: FastAPI, *, health: list[BaseRoute], panel: Path | None) -> ASGIApp:
    """Return what the process serves: API, health, and the built panel when there is one."""
    api.router.routes.extend(health)
    if panel is not None:
        api.router.routes.append(Mount("/", app=PanelFiles(panel), name="panel"))
    api.add_middleware(Gate)
    return Edge(api)
