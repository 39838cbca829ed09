"""Customers' phones: make them, write from them, look at their screens."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ispbot_sims.wa_network.api.bodies import (
    BulkSayBody,
    PhoneBody,
    ReadBody,
    SayBody,
    TypingBody,
    bulk_list,
    int_param,
    network_of,
    phone_list,
    read_body,
)
from ispbot_sims.wa_network.core.entities import Json, Phone, Refused, direct_chat, status_chat
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.core.state import State
from ispbot_sims.wa_network.core.views import account_view, chat_view, name_of, phone_view, statuses_view

SEARCH_LIMIT = 400


def save_phone(network: Network, body: PhoneBody, number: str) -> Phone:
    """Create or change a phone.

    Raises:
        Refused: that is no number of a customer.
    """
    phone = network.state.phone_or_new(number, body.name)
    for field in ("name", "story", "hide_number", "by_phone", "auto_read", "saved"):
        value = getattr(body, field)
        if value is not None:
            setattr(phone, field, value)
    network.state.save_phone(phone)
    if body.online is not None and body.online != phone.online:
        network.messaging.set_online(phone, online=body.online)
    network.hub.publish("phone_changed", phone=number, view=phone_view(phone))
    return phone


def say(network: Network, number: str, body: SayBody) -> Json:
    """Write from a phone, made on first use; return the message's id.

    Raises:
        Refused: the network does not take it.
    """
    message = network.messaging.from_phone(
        network.state.phone_or_new(number),
        body.wire,
        to=body.to,
        quoted_id=body.quoted_id,
        mentioned=body.mentioned,
        message_id=body.id,
    )
    return {"id": message.id, "ts_ms": message.ts_ms, "tick": message.tick}


def bulk_say(network: Network, body: BulkSayBody) -> Json:
    """Write one message of a bulk; a refusal is part of the answer."""
    try:
        return {"ref": body.ref, **say(network, body.phone, body)}
    except Refused as refused:
        return {"ref": body.ref, "error": refused.code, "error_text": refused.text}


def chat_key(state: State, number: str, to: str | None) -> str:
    """The key of a phone's chat with an account (the first one by default) or in a group.

    Raises:
        Refused: there is no such account.
    """
    return to if to in state.groups else direct_chat(state.account(to).number, number)


async def list_phones(request: Request) -> JSONResponse:
    """Phones whose name or number contains ``search``; those with a story first, in the order they were made."""
    wanted = request.query_params.get("search", "").casefold()
    found = [
        phone
        for phone in network_of(request).state.phones.values()
        if wanted in phone.name.casefold() or wanted in phone.number
    ]
    found.sort(key=lambda phone: not phone.story)
    return JSONResponse([phone_view(phone) for phone in found[:SEARCH_LIMIT]])


async def create_phone(request: Request) -> JSONResponse:
    """Create or change one phone."""
    body = await read_body(request, PhoneBody)
    return JSONResponse(phone_view(save_phone(network_of(request), body, body.number or "")), status_code=201)


async def put_phones(request: Request) -> JSONResponse:
    """Create or change many phones (the demo's customers)."""
    bodies = phone_list.validate_json(await request.body())
    for body in bodies:
        save_phone(network_of(request), body, body.number or "")
    return JSONResponse({"saved": len(bodies)})


async def get_phone(request: Request) -> JSONResponse:
    """One phone."""
    return JSONResponse(phone_view(network_of(request).state.phone(request.path_params["number"])))


async def patch_phone(request: Request) -> JSONResponse:
    """Change a phone: airplane mode, hidden number, reading by itself."""
    body = await read_body(request, PhoneBody)
    return JSONResponse(phone_view(save_phone(network_of(request), body, request.path_params["number"])))


async def post_message(request: Request) -> JSONResponse:
    """Write from a phone."""
    body = await read_body(request, SayBody)
    return JSONResponse(say(network_of(request), request.path_params["number"], body), status_code=201)


async def post_bulk(request: Request) -> JSONResponse:
    """Write from many phones at once."""
    bodies = bulk_list.validate_json(await request.body())
    return JSONResponse([bulk_say(network_of(request), body) for body in bodies], status_code=201)


async def get_chat(request: Request) -> JSONResponse:
    """A phone's screen: its chat with the company or in a group."""
    state, number = network_of(request).state, request.path_params["number"]
    key = chat_key(state, number, request.query_params.get("to"))
    limit = int_param(request, "limit", 200) or 200
    return JSONResponse(chat_view(state, key, number, limit=limit, before=int_param(request, "before")))


async def get_chats(request: Request) -> JSONResponse:
    """The chats a phone can open: every company account and its groups, with the last message and the unread count."""
    state, number = network_of(request).state, request.path_params["number"]
    groups = [group for group in state.groups.values() if number in group.members]
    rows = [{"to": account.number, "name": name_of(state, account.number)} for account in state.accounts.values()]
    rows += [{"to": group.jid, "name": group.subject} for group in groups]
    return JSONResponse([row | _last(state, number, row["to"]) for row in rows])


def _last(state: State, number: str, to: str) -> Json:
    messages = chat_view(state, chat_key(state, number, to), number, limit=50)
    unread = sum(1 for message in messages if not message["mine"] and message["read_ms"] is None)
    return {"last": messages[-1] if messages else None, "unread": unread}


async def post_read(request: Request) -> JSONResponse:
    """The customer reads the chat (or plays a voice note)."""
    network, number = network_of(request), request.path_params["number"]
    body = await read_body(request, ReadBody)
    chat = network.state.chat(chat_key(network.state, number, body.to))
    chosen = [m for m in chat.values() if number in m.marks and m.marks[number][0] and body.ids in (None, [])]
    if body.ids:
        chosen = [chat[i] for i in body.ids if i in chat]
    return JSONResponse({"read": len(network.receipts.mark(chosen, number, body.level))})


async def post_typing(request: Request) -> JSONResponse:
    """The customer types."""
    network = network_of(request)
    body = await read_body(request, TypingBody)
    phone = network.state.phone_or_new(request.path_params["number"])
    network.messaging.typing(phone, to=body.to, state=body.state, media=body.media)
    return JSONResponse({"ok": True})


async def get_statuses(request: Request) -> JSONResponse:
    """The estados this phone can see: those of accounts that have it in their address book."""
    state = network_of(request).state
    phone = state.phone(request.path_params["number"])
    accounts = list(state.accounts.values()) if phone.saved else []
    return JSONResponse(
        [account_view(state, a) | {"statuses": statuses_view(state, a.number, audience=phone.number)} for a in accounts]
    )


async def post_status_seen(request: Request) -> JSONResponse:
    """The customer looks at an estado."""
    network, number = network_of(request), request.path_params["number"]
    for account in network.state.accounts.values():
        message = network.state.chat(status_chat(account.number)).get(request.path_params["status_id"])
        if message is not None:
            return JSONResponse({"seen": len(network.receipts.mark([message], number, "read"))})
    raise Refused(404, "no such estado", status=404)


routes = [
    Route("/api/phones", list_phones),
    Route("/api/phones", create_phone, methods=["POST"]),
    Route("/api/phones", put_phones, methods=["PUT"]),
    Route("/api/phones/{number}", get_phone),
    Route("/api/phones/{number}", patch_phone, methods=["PATCH"]),
    Route("/api/phones/{number}/messages", post_message, methods=["POST"]),
    Route("/api/messages", post_bulk, methods=["POST"]),
    Route("/api/phones/{number}/chat", get_chat),
    Route("/api/phones/{number}/chats", get_chats),
    Route("/api/phones/{number}/read", post_read, methods=["POST"]),
    Route("/api/phones/{number}/typing", post_typing, methods=["POST"]),
    Route("/api/phones/{number}/statuses", get_statuses),
    Route("/api/phones/{number}/statuses/{status_id}/seen", post_status_seen, methods=["POST"]),
]
