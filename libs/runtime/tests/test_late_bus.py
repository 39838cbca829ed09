"""A consumer is made for as long as it takes: a cluster that starts answers late."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator

import nats
import pytest
from nats.js import api
from structlog.testing import capture_logs

from ispbot_runtime.durables import ensure_consumer
from ispbot_runtime.testing import end, eventually, free_port, program, wait_for_port


@pytest.fixture
def own_server(tmp_path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_port()
    process = subprocess.Popen(
        [program("nats-server"), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_port(port, process)
    yield f"nats://127.0.0.1:{port}", process
    process.send_signal(signal.SIGCONT)
    end(process)


async def test_a_consumer_is_made_when_the_bus_answers_again(own_server):
    url, process = own_server
    nc = await nats.connect(url)
    js = nc.jetstream(timeout=0.2)
    await nc.jetstream(timeout=5).add_stream(name="WORK", subjects=["work"])
    process.send_signal(signal.SIGSTOP)
    with capture_logs() as logs:
        making = asyncio.create_task(ensure_consumer(js, "WORK", api.ConsumerConfig(durable_name="mine"), {}))
        await eventually(lambda: any(each["event"] == "consumer_not_ready" for each in logs))
        process.send_signal(signal.SIGCONT)
        await making
    assert (await nc.jetstream(timeout=5).consumer_info("WORK", "mine")).name == "mine"
    await nc.close()
