"""Asks the bus and the database, once they are ready, whether they still store what they are given.

A disk that was full for a moment leaves both of them running and useless: a stream of JetStream that could not be written
takes nothing until the server is started anew (its ``/healthz`` says so), and the embedded database answers every question
with "internal server error". Neither of them ends by itself.
"""

import json

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from ispbot_launcher.http_probe import get
from ispbot_launcher.parts import BUS_HEALTH, Checkup
from ispbot_launcher.ports import HOST

_LIMIT_MS = 2000


async def complaint_of(checkup: Checkup, port: int) -> str:
    """Return what a part says it can not do any more; "" when it is well, and when it does not answer (it may be slow).

    ``port``: of the bus the one for HTTP.
    """
    match checkup:
        case Checkup.BUS:
            return await _of_the_bus(port)
        case Checkup.DATABASE:
            return await _of_the_database(port)


async def _of_the_bus(port: int) -> str:
    try:
        status, body = await get(port, BUS_HEALTH, timeout_s=_LIMIT_MS / 1000)
    except OSError:
        return ""
    return "" if status == 200 else _error_in(body)


def _error_in(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body.decode(errors="replace").strip() or "not well"


async def _of_the_database(port: int) -> str:
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
        HOST, port, directConnection=True, retryReads=False, serverSelectionTimeoutMS=_LIMIT_MS, socketTimeoutMS=_LIMIT_MS
    )  # fmt: skip
    try:
        await client["admin"]["checkup"].find_one({})
    except OperationFailure as error:
        return str((error.details or {}).get("errmsg", error))
    except PyMongoError:
        return ""
    finally:
        await client.close()
    return ""
