"""Logs are facts without secrets."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from ispbot_runtime.logs import configure_logging, get_logger

def attend(phone):
    return phone / 0

configure_logging("test")
try:
    attend("5493515550001")
except TypeError as error:
    get_logger("here").error("it_failed", exc_info=error)
"""


def test_a_traceback_in_the_log_holds_no_local_variables():
    said = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout
    [line] = said.splitlines()
    fact = json.loads(line)
    assert (fact["service"], fact["event"], fact["exception"][0]["exc_type"]) == ("test", "it_failed", "TypeError")
    assert "5493515550001" not in line


REFUSED = """
from pydantic import BaseModel
from ispbot_runtime.logs import configure_logging, correlated, get_logger

class Wire(BaseModel):
    debt: int

configure_logging("test")
with correlated("id1"), correlated(None):
    try:
        Wire.model_validate({"debt": "5493515550001x"})
    except ValueError as error:
        get_logger("here").error("it_failed", exc_info=error)
get_logger("here").info("later", text="año", what={1})
"""


def test_a_value_that_a_model_refused_is_not_in_the_log_and_the_id_is_only_in_its_own_lines():
    said = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True, check=True).stdout
    failed, later = map(json.loads, said.splitlines())
    assert "5493515550001" not in said
    assert failed["exception"][0]["exc_value"] == "1 validation error for Wire"
    assert (failed["correlation_id"], later.get("correlation_id"), later["text"]) == ("id1", None, "año")


STORED = """
import asyncio, sys
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from ispbot_runtime.errors import Retryable
from ispbot_runtime.inserts import GroupedInserts
from ispbot_runtime.logs import configure_logging, get_logger

async def refused(work):
    try:
        await work
    except (PyMongoError, Retryable) as error:
        try:
            raise RuntimeError(f"it did not work: {error}") from error
        except RuntimeError as wrapped:
            get_logger("here").error("it_failed", exc_info=ExceptionGroup("two", [wrapped, ValueError("other")]))

async def main():
    client = AsyncMongoClient(sys.argv[1])
    await client.drop_database("refusing")
    things = client["refusing"]["things"]
    await things.create_index("phone", unique=True)
    await things.insert_one({"phone": "5493515550001"})
    await refused(things.insert_one({"phone": "5493515550001"}))
    await client["refusing"].command("collMod", "things", validator={"never": {"$exists": True}})
    await refused(GroupedInserts(things).insert({"text": "5493515550001"}))
    await client.close()

configure_logging("test")
asyncio.run(main())
"""


def test_what_the_database_refused_is_in_the_log_by_its_code_only(mongo_uri):
    command = [sys.executable, "-c", STORED, mongo_uri]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    doubled, invalid = map(json.loads, said.splitlines())
    assert "5493515550001" not in said
    assert chain_of(doubled) == [
        ("RuntimeError", "it did not work: code 11000"), ("DuplicateKeyError", "code 11000"),
    ]  # fmt: skip
    assert chain_of(invalid)[2] == ("BulkWriteError", "code 65, writes [121]")


def chain_of(fact):
    return [(each["exc_type"], each["exc_value"]) for each in fact["exception"][0]["exceptions"][0]]


FULL = """
import logging, os, sys
from ispbot_runtime.logs import configure_logging, get_logger
from ispbot_runtime.metrics import LOG_LINES_LOST

configure_logging("test")
get_logger("here").info("one")
logging.getLogger("a.library").warning("two")
get_logger("here").info("three")
[metric] = LOG_LINES_LOST.collect()
print([sample.value for sample in metric.samples if sample.name.endswith("_total")], file=sys.stderr, flush=True)
os._exit(0)
"""


def test_a_full_disk_under_the_log_is_counted_and_stops_nobody():
    with Path("/dev/full").open("wb") as full:
        end = subprocess.run([sys.executable, "-c", FULL], stdout=full, stderr=subprocess.PIPE, text=True, check=True)
    assert end.stderr.splitlines()[-1] == "[2.0]"
