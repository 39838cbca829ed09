"""The company's own phone: scan, type a code, unlink, write, read, estados."""

import io

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ispbot_sims.wa_network.api.bodies import (
    AccountBody,
    PairCodeBody,
    ScanBody,
    StaffReadBody,
    StaffSayBody,
    int_param,
    network_of,
    read_body,
)
from ispbot_sims.wa_network.core.entities import Account, Device, Json, Refused, direct_chat
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.core.views import account_view, chat_view, device_view, statuses_view


def _device(network: Network, device: Device) -> Json:
    waiting = len(network.deliveries.queue(device).waiting)
    return device_view(device, connected=network.links.connected(device), waiting=waiting)


def _account(network: Network, account: Account) -> Json:
    devices = [_device(network, device) for device in network.state.devices_of(account.number)]
    return account_view(network.state, account) | {"devices": devices}


def _open(network: Network, body: AccountBody) -> Account:
    return network.pairing.open_account(body.number, business=body.business, platform=body.platform, name=body.name)


async def list_accounts(request: Request) -> JSONResponse:
    """The company's accounts with their linked devices."""
    network = network_of(request)
    return JSONResponse([_account(network, account) for account in network.state.accounts.values()])


async def create_account(request: Request) -> JSONResponse:
    """Open an account (scanning does it too)."""
    network = network_of(request)
    return JSONResponse(_account(network, _open(network, await read_body(request, AccountBody))), status_code=201)


async def list_pairing(request: Request) -> JSONResponse:
    """The devices that show a code now."""
    return JSONResponse(network_of(request).pairing.listed())


async def pairing_picture(request: Request) -> Response:
    """The QR of a waiting device, as the company's phone sees it."""
    waiting = network_of(request).pairing.listed()
    text = next((w["qr"] for w in waiting if w["id"] == request.path_params["waiting_id"]), None)
    if text is None:
        raise Refused(410, "that code has expired", status=410)
    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="svg", scale=4, border=2, dark="#000", light="#fff")
    return Response(picture.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


async def scan(request: Request) -> JSONResponse:
    """The account's phone scans a QR."""
    network = network_of(request)
    body = await read_body(request, ScanBody)
    account = _open(network, body)
    return JSONResponse(_device(network, network.pairing.scan(account, body.qr)), status_code=201)


async def refuse_pairing(request: Request) -> JSONResponse:
    """The owner says no to a waiting device."""
    network_of(request).pairing.refuse(request.path_params["waiting_id"])
    return JSONResponse({"ok": True})


async def type_code(request: Request) -> JSONResponse:
    """The account's phone gets a code typed."""
    network = network_of(request)
    body = await read_body(request, PairCodeBody)
    account = _open(network, body)
    return JSONResponse(_device(network, network.pairing.type_code(account, body.code)), status_code=201)


async def unlink(request: Request) -> JSONResponse:
    """The owner removes a linked device."""
    network = network_of(request)
    device = network.state.devices.get(request.path_params["device_id"])
    if device is None or device.account != request.path_params["number"]:
        raise Refused(404, "no such linked device", status=404)
    network.pairing.unlink(device)
    return JSONResponse({"ok": True})


async def post_message(request: Request) -> JSONResponse:
    """Staff write on the company's own phone."""
    network = network_of(request)
    account = network.state.account(request.path_params["number"])
    body = await read_body(request, StaffSayBody)
    address = body.to if "@" in body.to else f"{body.to}@s.whatsapp.net"
    message = network.messaging.from_account(account, network.company.chat_of(account, address), body.wire)
    return JSONResponse({"id": message.id, "ts_ms": message.ts_ms}, status_code=201)


async def post_read(request: Request) -> JSONResponse:
    """Staff read a customer's messages on the company's own phone."""
    network = network_of(request)
    account = network.state.account(request.path_params["number"])
    body = await read_body(request, StaffReadBody)
    chat = network.state.chat(direct_chat(account.number, body.phone))
    network.receipts.read_by_owner(account.number, chat.values())
    return JSONResponse({"ok": True})


async def get_chat(request: Request) -> JSONResponse:
    """A chat as the company's own phone shows it."""
    state = network_of(request).state
    account = state.account(request.path_params["number"]).number
    key = direct_chat(account, request.path_params["phone"])
    return JSONResponse(chat_view(state, key, account, limit=int_param(request, "limit", 200) or 200))


async def get_statuses(request: Request) -> JSONResponse:
    """The account's estados that stand, with who saw them."""
    state = network_of(request).state
    return JSONResponse(statuses_view(state, state.account(request.path_params["number"]).number))


routes = [
    Route("/api/accounts", list_accounts),
    Route("/api/accounts", create_account, methods=["POST"]),
    Route("/api/pairing", list_pairing),
    Route("/api/pairing/{waiting_id}.svg", pairing_picture),
    Route("/api/pairing/{waiting_id}/refuse", refuse_pairing, methods=["POST"]),
    Route("/api/scan", scan, methods=["POST"]),
    Route("/api/pair-code", type_code, methods=["POST"]),
    Route("/api/accounts/{number}/devices/{device_id}", unlink, methods=["DELETE"]),
    Route("/api/accounts/{number}/messages", post_message, methods=["POST"]),
    Route("/api/accounts/{number}/read", post_read, methods=["POST"]),
    Route("/api/accounts/{number}/chats/{phone}", get_chat),
    Route("/api/accounts/{number}/statuses", get_statuses),
]
