"""A replica that starts: ``topology.py <nats url>`` brings the bus up to date, binds its consumers, and ends."""

import asyncio
import sys

from ispbot_contracts.whatsapp import MessageReceived
from ispbot_runtime.bus import Bus
from ispbot_runtime.settings import CommonSettings


async def handle(_: MessageReceived) -> None:
    return None


async def main(url: str) -> None:
    bus = Bus(CommonSettings(nats_url=url), "racer")
    await bus.connect()
    bus.consume("work", {MessageReceived: handle}, order="partition")
    bus.consume("aside", {MessageReceived: handle}, order="none")
    await bus.start()
    await bus.stop()


asyncio.run(main(*sys.argv[1:]))
