"""One WebSocket for what happens on all phones, which also takes messages: made for load tools and the page."""

import asyncio

from pydantic import ValidationError
from pydantic_core import to_json
from starlette.websockets import WebSocket, WebSocketDisconnect

from ispbot_sims.wa_network.api.bodies import BulkSayBody
from ispbot_sims.wa_network.api.phones import bulk_say
from ispbot_sims.wa_network.core.hub import Lagging, Subscription
from ispbot_sims.wa_network.core.network import Network

CLOSE_LAGGING = 4429


async def stream(websocket: WebSocket) -> None:
    """Events of ``?phones=a,b`` or of all phones, as JSON arrays; a text sent up is a message to write (``BulkSayBody``)."""
    network: Network = websocket.app.state.network
    chosen = websocket.query_params.get("phones")
    subscription = network.hub.subscribe(chosen.split(",") if chosen else None)
    await websocket.accept()
    tasks = [
        asyncio.create_task(_write(websocket, subscription)),
        asyncio.create_task(_read(websocket, network, subscription)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        network.hub.unsubscribe(subscription)
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    if any(isinstance(outcome, Lagging) for outcome in outcomes):
        await websocket.close(CLOSE_LAGGING)
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | Lagging):
            raise outcome


async def _write(websocket: WebSocket, subscription: Subscription) -> None:
    while True:
        await websocket.send_text(to_json(await subscription.batch()).decode())


async def _read(websocket: WebSocket, network: Network, subscription: Subscription) -> None:
    while True:
        text = await websocket.receive_text()
        try:
            answer = bulk_say(network, BulkSayBody.model_validate_json(text))
        except ValidationError as error:
            answer = {"error": 422, "error_text": str(error)}
        subscription.offer({"type": "accepted", "phone": None, **answer})
