"""A message that takes its process down again and again does not block the ones behind it for ever."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_runtime.dead_letters import DeadLetters
from ispbot_runtime.testing import published

PROGRAM = Path(__file__).parent / "programs" / "deadly.py"


@pytest.mark.parametrize("order", ["partition", "rewind"])
async def test_it_is_parked_and_the_next_message_goes_on(bus, nats_url, order):
    for n in range(3):
        await bus.publish(
            MessageReceived.start(
                f"m{n}", contact_id="c1", chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
                push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
            )
        )  # fmt: skip
    deaths = 0
    done = asyncio.create_task(published(bus, "wa.cmd.send_message.*.*", 2, timeout_s=60))
    while not done.done():
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), nats_url, order, stdout=asyncio.subprocess.DEVNULL
        )
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({done, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            process.terminate()
            await ended
        else:
            assert ended.result() == -signal.SIGKILL
            deaths += 1
            assert deaths < 10, "it kills for ever"
    assert [SendMessage.model_validate_json(body).content.text for body in done.result()] == ["0", "2"]
    (letter,) = (await DeadLetters(bus).page()).letters
    assert (letter.why, letter.message_id, letter.history[-1].reason[:11]) == ("deadly", "m1", "the process")
    assert deaths >= 4, "one or two deaths may be anybody's fault"
