"""The demo provider's server: one model, its faces and the side door."""

from datetime import datetime
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette

from ispbot_sims.isp.company import TIMEZONE
from ispbot_sims.isp.faults import FaultBoard, RequestLog
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.isp.mikrowisp.app import MikroWispFace
from ispbot_sims.isp.model import DemoIsp
from ispbot_sims.isp.sabotage import ResettableProtocol, Sabotage
from ispbot_sims.isp.side import side_routes

DEFAULT_TOKEN = "demo-token"


def build_app(isp: DemoIsp, *, token: str = DEFAULT_TOKEN) -> Starlette:
    """Return the whole server over one provider."""
    board, log = FaultBoard(), RequestLog()
    face = MikroWispFace(isp, token, Sabotage(board), log)
    return Starlette(routes=[*face.routes(), *side_routes(isp, board, log)])


def server_config(app: Starlette, *, host: str, port: int) -> uvicorn.Config:
    """Return how to serve it: with connections that a fault can cut."""
    return uvicorn.Config(app, host=host, port=port, http=ResettableProtocol, log_level="warning", lifespan="off")


def serve(*, host: str, port: int, token: str) -> None:
    """Serve until told to stop."""
    isp = demo_isp(datetime.now(ZoneInfo(TIMEZONE)).date())
    uvicorn.Server(server_config(build_app(isp, token=token), host=host, port=port)).run()
