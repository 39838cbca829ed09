"""Logs are facts without secrets."""

import json
import subprocess
import sys

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
