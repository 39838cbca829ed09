"""The side door for tests and demonstrations: faults, what was asked, who there is."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ispbot_sims.isp.contacts import demo_contacts
from ispbot_sims.isp.faults import Fault, FaultBoard, FaultKind, RequestLog
from ispbot_sims.isp.front_page import front_page
from ispbot_sims.isp.model import DemoIsp

_SHOWN_CONTACTS = 12


def side_routes(isp: DemoIsp, board: FaultBoard, log: RequestLog) -> list[Route]:
    """Return the ``/_sim`` routes and the page for people."""

    async def page(_: Request) -> Response:
        return HTMLResponse(front_page(demo_contacts(isp, _SHOWN_CONTACTS)))

    async def add_fault(request: Request) -> Response:
        body = await request.json()
        try:
            fault = Fault(
                kind=FaultKind(body["kind"]),
                command=str(body.get("command", "*")).lower(),
                times=body.get("times"),
                latency_s=float(body.get("latency_s", 0)),
                text=str(body.get("text", "")),
            )
        except (KeyError, ValueError) as error:
            kinds = ", ".join(FaultKind)
            return JSONResponse({"error": f"not a fault: {error}; kinds are {kinds}"}, status_code=400)
        board.active.append(fault)
        return JSONResponse({"active": len(board.active)}, status_code=201)

    async def list_faults(_: Request) -> Response:
        return JSONResponse([vars(fault) for fault in board.active])

    async def clear_faults(_: Request) -> Response:
        board.active.clear()
        return Response(status_code=204)

    async def requests(_: Request) -> Response:
        return JSONResponse(log.as_dict())

    async def clear_requests(_: Request) -> Response:
        log.recent.clear()
        log.counts.clear()
        return Response(status_code=204)

    async def contacts(request: Request) -> Response:
        limit = request.query_params.get("limit", "")
        found = demo_contacts(isp, int(limit) if limit.isdigit() else None)
        return JSONResponse([contact.as_dict() for contact in found])

    async def healthz(_: Request) -> Response:
        return Response("ok", media_type="text/plain")

    return [
        Route("/", page, methods=["GET"]),
        Route("/_sim/faults", add_fault, methods=["POST"]),
        Route("/_sim/faults", list_faults, methods=["GET"]),
        Route("/_sim/faults", clear_faults, methods=["DELETE"]),
        Route("/_sim/requests", requests, methods=["GET"]),
        Route("/_sim/requests", clear_requests, methods=["DELETE"]),
        Route("/_sim/contacts", contacts, methods=["GET"]),
        Route("/healthz", healthz, methods=["GET"]),
    ]
