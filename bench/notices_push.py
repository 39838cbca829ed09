"""The system that pushes, as a process of its own: what it costs must not slow the clock of the customers who chat.

Reads one JSON line (``url``, ``token``, ``plan``, ``at_once``) and prints one per answer: ``[number, what, detail, seconds]``,
where ``what`` is ``accepted`` (detail: the id), ``refused`` (the code) or ``again`` (why it was repeated). Threads and the standard
library's client, as many a system's script has them: httpx takes 14 ms of CPU per push with 64 connections in one pool.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit

from bench.notices_burst import MARK, Plan

_TRIES = 120
_AGAIN_S = 1.0
_EVERY_TWICE = 50
_TIMEOUT_S = 20.0


class Pusher:
    """One connection, which pushes as a system does that repeats what it got no answer to, and some although it got one."""

    def __init__(self, url: str, token: str, plan: Plan) -> None:
        address = urlsplit(url)
        self._http = HTTPConnection(address.hostname or "", address.port, timeout=_TIMEOUT_S)
        self._path, self._plan = address.path, plan
        form = "application/x-www-form-urlencoded"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": form}

    def work(self, numbers: Iterator[int]) -> None:
        """Push until nothing is left."""
        for number in numbers:
            if self._push(number) and number % _EVERY_TWICE == 0:
                self._push(number)
        self._http.close()

    def _push(self, number: int) -> bool:
        form = urlencode({"to": self._plan.phone_of(number), "message": f"{MARK} {number}"})
        for _ in range(_TRIES):
            began = time.perf_counter()
            try:
                self._http.request("POST", self._path, form, self._headers)
                answer = self._http.getresponse()
                body = answer.read()
            except (OSError, HTTPException):
                self._http.close()
                _say(number, "again", "no_answer", began)
            else:
                if answer.status == HTTPStatus.OK:
                    _say(number, "accepted", json.loads(body)["id"], began)
                    return True
                if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    _say(number, "refused", json.loads(body)["code"], began)
                    return False
                _say(number, "again", "unavailable", began)
            time.sleep(_AGAIN_S)
        _say(number, "refused", "never_answered", began)
        return False


def _say(number: int, what: str, detail: str, began: float) -> None:
    sys.stdout.write(json.dumps([number, what, detail, time.perf_counter() - began]) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Push everything."""
    order = json.loads(sys.stdin.readline())
    plan = Plan(**order["plan"])
    numbers = list(range(plan.count))
    random.Random(1).shuffle(numbers)
    left, pushers = iter(numbers), [Pusher(order["url"], order["token"], plan) for _ in range(order["at_once"])]
    with ThreadPoolExecutor(len(pushers)) as pool:
        for done in [pool.submit(pusher.work, left) for pusher in pushers]:
            done.result()


if __name__ == "__main__":
    main()
