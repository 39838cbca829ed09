"""A service with a slow handler: ``slow.py`` (its settings come from the environment)."""

import asyncio

from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_runtime.service import Service, run


async def handle(message: MessageReceived) -> list[SendMessage]:
    await asyncio.sleep(0.2)
    author = Author(kind=AuthorKind.BOT)
    return [SendMessage.caused_by(message, "r", contact_id=message.contact_id, content=message.content, author=author)]


async def bootstrap(service: Service) -> None:
    service.bus.consume("work", {MessageReceived: handle}, order="partition")


run("slow", bootstrap=bootstrap)
