"""The ceiling of one exchange (a message consumed, one published with its id, one acknowledged) with nothing of ours in it.

Three relays over a stream of the bench's own, each a process with nats-py and uvloop: ``free`` takes messages without any
order, ``ordered`` through as many one-at-a-time consumers as our streams have partitions, ``stored`` is ``ordered`` with one guarded
update in the database per message, the least that an exactly-once router writes.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import time

import nats
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from pymongo import AsyncMongoClient

from ispbot_contracts.streams import PARTITIONS

STREAM = "BENCHRAW"
KINDS = ("free", "ordered", "stored")
_BODY = b"x" * 700
"""About the size of a MessageReceived."""
_IN_FLIGHT = 256
_LIMIT_S = 120.0


async def follow(nc: Client, durable: str, batch: int, on_message: object) -> None:
    """Follow a durable with standing pull requests."""
    inbox, left = nc.new_inbox(), batch
    subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"
    request = json.dumps({"batch": batch, "expires": int(3600e9)}).encode()

    async def received(msg: Msg) -> None:
        nonlocal left
        if msg.headers and msg.headers.get("Status"):
            return
        left -= 1
        if left == 0:
            left = batch
            await nc.publish(subject, request, reply=inbox)
        await on_message(msg)  # type: ignore[operator]  # a coroutine function of one message

    await nc.subscribe(inbox, cb=received, pending_msgs_limit=-1, pending_bytes_limit=-1)
    await nc.publish(subject, request, reply=inbox)


async def relay(url: str, kind: str, mongo_uri: str) -> None:
    """Run the middle process until it is ended."""
    nc = await nats.connect(url.split(","))
    js = nc.jetstream()
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(mongo_uri)
    sessions = client["ispbot_bench"]["sessions"]
    versions: dict[str, int] = {}

    async def exchange(msg: Msg) -> None:
        number = msg.subject.rpartition(".")[2]
        if kind == "stored":
            version = versions.get(number, 0)
            state = {"state": {"text": _BODY.decode()}, "version": version + 1}
            if version == 0:
                await sessions.replace_one({"_id": number}, state, upsert=True)
            else:
                await sessions.update_one({"_id": number, "version": version}, {"$set": state})
            versions[number] = version + 1
        name = f"{kind}-{msg.metadata.sequence.stream}"
        await js.publish(f"benchraw.out.{number}", msg.data, headers={"Nats-Msg-Id": name})
        await msg.ack()

    async def at_once(msg: Msg) -> None:
        task = asyncio.create_task(exchange(msg))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    tasks: set[asyncio.Task[None]] = set()
    if kind == "free":
        await follow(nc, "free", 64, at_once)
    else:
        await asyncio.gather(*(follow(nc, f"lane-{lane}", 64, exchange) for lane in range(PARTITIONS)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


async def _topology(js: JetStreamContext, kind: str, replicas: int) -> None:
    await js.add_stream(
        api.StreamConfig(
            name=STREAM, subjects=["benchraw.*.*"], duplicate_window=600, num_replicas=replicas,
            subject_transform=api.SubjectTransform(
                src="benchraw.*.*", dest=f"benchraw.{{{{wildcard(1)}}}}.{{{{partition({PARTITIONS},2)}}}}.{{{{wildcard(2)}}}}"
            ),
        )
    )  # fmt: skip
    lanes = [("free", "*", 64)] if kind == "free" else [(f"lane-{lane}", str(lane), 1) for lane in range(PARTITIONS)]
    for durable, partition, in_flight in lanes:
        await js.add_consumer(
            STREAM,
            api.ConsumerConfig(
                durable_name=durable, ack_policy=api.AckPolicy.EXPLICIT, filter_subject=f"benchraw.in.{partition}.*",
                max_ack_pending=in_flight, ack_wait=10,
            ),
        )  # fmt: skip


async def flood(js: JetStreamContext, subjects: list[str], bodies: list[bytes], ids: list[str]) -> None:
    """Publish with many in flight; every message is stored when this returns."""
    gate = asyncio.Semaphore(_IN_FLIGHT)

    async def one(subject: str, body: bytes, name: str) -> None:
        async with gate:
            await js.publish(subject, body, timeout=10, headers={"Nats-Msg-Id": name})

    await asyncio.gather(*(one(*each) for each in zip(subjects, bodies, ids, strict=True)))


async def stored_messages(js: JetStreamContext, stream: str) -> int:
    """Return how many messages a stream holds."""
    return int((await js.stream_info(stream)).state.messages)


async def time_outputs(js: JetStreamContext, stream: str, before: int, wanted: int) -> float:
    """Return the outputs per second between the first and the last tenth of ``wanted`` outputs above ``before``.

    Raises AssertionError when they stop coming.
    """
    marks: list[tuple[float, int]] = []
    deadline = time.perf_counter() + _LIMIT_S
    done = 0
    while done < wanted:
        assert time.perf_counter() < deadline, f"{done} of {wanted} outputs after {_LIMIT_S:.0f} s"
        done = await stored_messages(js, stream) - before
        marks.append((time.perf_counter(), done))
        await asyncio.sleep(0.02)
    first = next(mark for mark in marks if mark[1] >= wanted * 0.1)
    last = next(mark for mark in marks if mark[1] >= wanted * 0.9)
    if last[1] == first[1]:  # faster than we look
        first, last = marks[0], marks[-1]
    return round((last[1] - first[1]) / max(1e-3, last[0] - first[0]), 1)


async def ceiling(url: str, mongo_uri: str, kind: str, *, messages: int, contacts: int, replicas: int = 1) -> float:
    """Return the exchanges per second of one relay process of a kind."""
    nc = await nats.connect(url.split(","))
    js = nc.jetstream(timeout=10)
    with contextlib.suppress(nats.js.errors.NotFoundError):
        await js.delete_stream(STREAM)
    await _topology(js, kind, replicas)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.raw_exchange", "--relay", url, "--kind", kind, "--mongo-uri", mongo_uri,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        subjects = [f"benchraw.in.c{number % contacts}" for number in range(messages)]
        timing = asyncio.create_task(time_outputs(js, STREAM, messages, messages))
        await flood(js, subjects, [_BODY] * messages, [f"in-{number}" for number in range(messages)])
        return await timing
    finally:
        process.terminate()
        await process.wait()
        await js.delete_stream(STREAM)
        await nc.close()


def main() -> None:
    """Run a relay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--relay", metavar="URL", required=True)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--mongo-uri", required=True)
    args = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(relay(args.relay, args.kind, args.mongo_uri))


if __name__ == "__main__":
    main()
