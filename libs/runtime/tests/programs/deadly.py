"""A service that is killed by one message: ``deadly.py <nats url> <order>``. The parent starts it again and again."""

import asyncio
import os
import signal
import sys

from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_runtime.bus import Bus
from ispbot_runtime.delivery import Patience
from ispbot_runtime.settings import CommonSettings


async def handle(message: MessageReceived) -> list[SendMessage]:
    if message.wa_id == "1":
        os.kill(os.getpid(), signal.SIGKILL)
    author = Author(kind=AuthorKind.BOT)
    return [SendMessage.caused_by(message, "r", contact_id="c1", content=message.content, author=author)]


async def main(url: str, order: str) -> None:
    bus = Bus(CommonSettings(nats_url=url), "deadly", patience=Patience(ack_wait_s=0.3, max_deaths=3))
    await bus.connect()
    if order == "partition":
        bus.consume("work", {MessageReceived: handle}, order="partition")
        await bus.start()
    else:
        await bus.start()
        await bus.lane_consumer("work", {MessageReceived: handle}).start()
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
