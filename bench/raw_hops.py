"""The floor: the same number of JetStream hops with nothing in between, over the deployment's own bus.

A message goes publish -> stream -> relay process -> stream -> publisher, as a customer's message goes
gateway -> WA stream -> router -> WA stream -> gateway. Relays use nats-py and nothing of ours.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import api

STREAM = "BENCH"
_BODY = b"x" * 300


async def pull(nc: Client, durable: str, on_message: object) -> None:
    """Follow a durable with a standing pull request (batch 256)."""
    inbox = nc.new_inbox()
    request = json.dumps({"batch": 256, "expires": int(3600e9)}).encode()
    subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"
    left = 256

    async def received(msg: Msg) -> None:
        nonlocal left
        if msg.headers and msg.headers.get("Status"):
            return
        left -= 1
        if left == 0:
            left = 256
            await nc.publish(subject, request, reply=inbox)
        await on_message(msg)  # type: ignore[operator]

    await nc.subscribe(inbox, cb=received)
    await nc.publish(subject, request, reply=inbox)


async def relay(url: str) -> None:
    """Run the middle process: every message in is published out, then acknowledged."""
    nc = await nats.connect(url)
    js = nc.jetstream()

    async def forward(msg: Msg) -> None:
        number = msg.subject.rpartition(".")[2]
        await js.publish(f"bench.out.{number}", msg.data, headers={"Nats-Msg-Id": f"out-{number}"})
        await msg.ack()

    await pull(nc, "relay", forward)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _stream(nc: Client) -> AsyncIterator[None]:
    js = nc.jetstream()
    await js.add_stream(api.StreamConfig(name=STREAM, subjects=["bench.*.*"], duplicate_window=60))
    for durable, side in (("relay", "in"), ("back", "out")):
        await js.add_consumer(
            STREAM,
            api.ConsumerConfig(
                durable_name=durable,
                ack_policy=api.AckPolicy.EXPLICIT,
                filter_subject=f"bench.{side}.*",
                max_ack_pending=1000,
            ),
        )
    yield
    await js.delete_stream(STREAM)


async def measure(url: str, rate: float, seconds: float) -> list[float]:
    """Return the round-trip times in seconds at ``rate`` messages a second."""
    nc = await nats.connect(url)
    js = nc.jetstream()
    sent: dict[str, float] = {}
    times: list[float] = []
    total = max(1, int(rate * seconds))
    done = asyncio.Event()

    async def back(msg: Msg) -> None:
        times.append(time.perf_counter() - sent[msg.subject.rpartition(".")[2]])
        await msg.ack()
        if len(times) == total:
            done.set()

    async with _stream(nc):
        process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--relay", url, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        await process.stdout.readline()
        await pull(nc, "back", back)
        tasks = []
        start = time.perf_counter()
        for number in range(total):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            sent[str(number)] = time.perf_counter()
            tasks.append(
                asyncio.create_task(js.publish(f"bench.in.{number}", _BODY, headers={"Nats-Msg-Id": f"in-{number}"}))
            )
        await asyncio.gather(*tasks)
        async with asyncio.timeout(60):
            await done.wait()
        process.terminate()
        await process.wait()
    await nc.close()
    return times


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relay", metavar="URL", required=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(relay(parser.parse_args().relay))
