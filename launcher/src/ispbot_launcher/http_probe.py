"""The smallest HTTP client that can ask a neighbour on loopback whether it is ready."""

import asyncio
import json
from typing import Any

from ispbot_launcher.ports import HOST


async def port_answers(port: int) -> bool:
    """Tell whether something accepts connections on a loopback port."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


async def get(port: int, path: str, *, timeout_s: float = 2.0) -> tuple[int, bytes]:
    """Return status and body of a GET on loopback. Raises OSError, also when nothing answers in time."""
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
            head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        finally:
            writer.close()
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionError("the answer is not HTTP")
    return int(words[1]), body


def why_not_ready(body: bytes) -> str:
    """Return the reasons of a ``/readyz`` answer in one line."""
    try:
        answer: Any = json.loads(body)
    except ValueError:
        return "not ready"
    problems = answer.get("problems") if isinstance(answer, dict) else None
    if not isinstance(problems, dict) or not problems:
        return "not ready"
    return ", ".join(f"{name}: {reason}" for name, reason in problems.items())
