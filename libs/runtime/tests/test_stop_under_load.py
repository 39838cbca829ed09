"""SIGTERM: a service under load with slow handlers ends in time and loses nothing."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_runtime.testing import eventually, published

PROGRAM = Path(__file__).parent / "programs" / "slow.py"
CHATS, EACH = 20, 6


def received(contact: str, n: int) -> MessageReceived:
    return MessageReceived.start(
        f"{contact}-{n}", contact_id=contact, chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
    )  # fmt: skip


async def start(config) -> asyncio.subprocess.Process:
    environment = os.environ | {
        "ISPBOT_NATS_URL": config.nats_url.get_secret_value(),
        "ISPBOT_MONGO_URI": config.mongo_uri.get_secret_value(),
        "ISPBOT_SECRET_KEY": config.secret_key.get_secret_value(),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), env=environment, stdout=asyncio.subprocess.PIPE
    )


async def test_a_rolling_restart_loses_doubles_and_turns_around_nothing(bus, config):
    for n in range(EACH):
        await asyncio.gather(*(bus.publish(received(f"c{chat}", n)) for chat in range(CHATS)))
    first = await start(config)
    await eventually(lambda: answered(bus, at_least=CHATS), timeout_s=60)
    second = await start(config)
    asked = time.monotonic()
    first.send_signal(signal.SIGTERM)
    output, _ = await first.communicate()
    assert (first.returncode, time.monotonic() - asked < 20) == (0, True)
    said = [json.loads(line)["event"] for line in output.splitlines() if line.startswith(b"{")]
    assert said[-1] == "service_stopped"
    assert "service_drain_timed_out" not in said
    bodies = await published(bus, "wa.cmd.send_message.*.*", CHATS * EACH, timeout_s=60)
    second.terminate()
    await second.communicate()
    texts: dict[str, list[str]] = {}
    for body in bodies:
        message = SendMessage.model_validate_json(body)
        texts.setdefault(message.contact_id, []).append(message.content.text)
    assert Counter(map(tuple, texts.values())) == {tuple(str(n) for n in range(EACH)): CHATS}


async def answered(bus, *, at_least: int) -> bool:
    info = await bus.js.stream_info("WA", subjects_filter="wa.cmd.send_message.*.*")
    return sum((info.state.subjects or {}).values()) >= at_least
