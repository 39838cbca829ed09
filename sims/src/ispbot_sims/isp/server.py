"""The demo provider's server: one model, its faces and the side door."""

from datetime import datetime
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette

from ispbot_sims.isp.company import TIMEZONE
from ispbot_sims.isp.faults import FaultBoard, RequestLog
from ispbot_sims.isp.generate import GENERATED, demo_isp
from ispbot_sims.isp.invoice_files import InvoiceFiles
from ispbot_sims.isp.ispbrain import app as ispbrain
from ispbot_sims.isp.ispbrain.account import BrainAccount
from ispbot_sims.isp.ispcube import app as ispcube
from ispbot_sims.isp.ispcube.account import Account, Credentials
from ispbot_sims.isp.mikrowisp import app as mikrowisp
from ispbot_sims.isp.model import DemoIsp
from ispbot_sims.isp.sabotage import ResettableProtocol, Sabotage
from ispbot_sims.isp.side import side_routes

DEFAULT_TOKEN = "demo-token"
DEFAULT_CREDENTIALS = Credentials()


def build_app(
    isp: DemoIsp,
    *,
    token: str = DEFAULT_TOKEN,
    credentials: Credentials = DEFAULT_CREDENTIALS,
    radius_online: bool = False,
) -> Starlette:
    """Return the whole server over one provider: all faces at once, the more special paths first.

    ``radius_online`` says whether ISPCube's face tells who is online, as it does for providers with RADIUS.
    """
    board, log = FaultBoard(), RequestLog()
    spoil, spoil_cube = Sabotage(board, mikrowisp.error_under_200), Sabotage(board, ispcube.error_under_200)
    spoil_brain = Sabotage(board, ispbrain.error_under_200)
    faces = (
        ispbrain.IspbrainFace(isp, BrainAccount(credentials), spoil_brain, log, InvoiceFiles(isp, spoil_brain, log)),
        mikrowisp.MikroWispFace(isp, token, spoil, log, InvoiceFiles(isp, spoil, log)),
        ispcube.IspcubeFace(
            isp, Account(credentials), spoil_cube, log, InvoiceFiles(isp, spoil_cube, log), radius_online=radius_online
        ),
    )
    return Starlette(routes=[*(route for face in faces for route in face.routes()), *side_routes(isp, board, log)])


def server_config(app: Starlette, *, host: str, port: int) -> uvicorn.Config:
    """Return how to serve it: with connections that a fault can cut."""
    return uvicorn.Config(app, host=host, port=port, http=ResettableProtocol, log_level="warning", lifespan="off")


def serve(*, host: str, port: int, token: str, radius_online: bool, generated: int = GENERATED) -> None:
    """Serve until told to stop; ``generated`` customers beside the named ones."""
    isp = demo_isp(datetime.now(ZoneInfo(TIMEZONE)).date(), generated=generated)
    uvicorn.Server(server_config(build_app(isp, token=token, radius_online=radius_online), host=host, port=port)).run()
