"""Groups, faults and figures."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ispbot_sims.wa_network.api.bodies import FaultBody, GroupBody, GroupChangeBody, network_of, read_body
from ispbot_sims.wa_network.core.faults import fault_view


async def list_groups(request: Request) -> JSONResponse:
    """Every group."""
    network = network_of(request)
    return JSONResponse([network.groups.view(group) for group in network.state.groups.values()])


async def create_group(request: Request) -> JSONResponse:
    """Make a group of phones and accounts."""
    network = network_of(request)
    body = await read_body(request, GroupBody)
    return JSONResponse(network.groups.view(network.groups.create(body.subject, body.members)), status_code=201)


async def change_group(request: Request) -> JSONResponse:
    """Rename a group, add and remove members."""
    network = network_of(request)
    body = await read_body(request, GroupChangeBody)
    jid = request.path_params["jid"]
    return JSONResponse(network.groups.view(network.groups.change(jid, **body.model_dump())))


async def list_faults(request: Request) -> JSONResponse:
    """The armed faults."""
    return JSONResponse([fault_view(fault) for fault in network_of(request).faults.listed()])


async def cause_fault(request: Request) -> JSONResponse:
    """Make something go wrong, at once or at its next occasion."""
    body = await read_body(request, FaultBody)
    return JSONResponse(network_of(request).cause(body.fault()), status_code=201)


async def clear_faults(request: Request) -> JSONResponse:
    """Disarm one fault, or all; a ban ends only by its time or by a ban of 0 seconds."""
    return JSONResponse({"cleared": network_of(request).clear_faults(request.path_params.get("fault_id"))})


async def stats(request: Request) -> JSONResponse:
    """How much there is, and what still waits."""
    network = network_of(request)
    deliveries = network.deliveries
    return JSONResponse(
        network.state.sizes()
        | {
            "deliveries": {"queued": deliveries.queued, "taken": deliveries.taken, "waiting": deliveries.waiting()},
            "unwritten": network.state.store.unwritten,
            "events": network.hub.published,
            "faults": len(network.faults.listed()),
        }
    )


async def healthz(_request: Request) -> JSONResponse:
    """Alive."""
    return JSONResponse({"ok": True})


routes = [
    Route("/api/groups", list_groups),
    Route("/api/groups", create_group, methods=["POST"]),
    Route("/api/groups/{jid}", change_group, methods=["PATCH"]),
    Route("/api/faults", list_faults),
    Route("/api/faults", cause_fault, methods=["POST"]),
    Route("/api/faults", clear_faults, methods=["DELETE"]),
    Route("/api/faults/{fault_id}", clear_faults, methods=["DELETE"]),
    Route("/api/stats", stats),
    Route("/healthz", healthz),
]
