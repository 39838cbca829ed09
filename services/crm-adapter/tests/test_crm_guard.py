"""Breaker and guard: when a request is made, repeated, or not made at all."""

import asyncio

import pytest

from ispbot_crm_adapter.breaker import Breaker, BreakerState
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmError, CrmUnreachable, NoSuchCustomer
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.settings import Limits


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Server:
    """Answers with what it was told, then with ``ok``; remembers how many requests it saw."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.requests = 0

    async def __call__(self):
        self.requests += 1
        outcome = self.outcomes.pop(0) if self.outcomes else "ok"
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def tripped(clock, failures=3):
    breaker = Breaker(failures=failures, open_s=10, clock=clock)
    for _ in range(failures):
        breaker.enter()
        breaker.failed()
    return breaker


def test_the_breaker_opens_after_failures_in_a_row_and_not_before():
    breaker = Breaker(failures=3, open_s=10)
    for outcome in (breaker.failed, breaker.failed, breaker.succeeded, breaker.failed, breaker.failed):
        breaker.enter()
        outcome()
    assert breaker.state is BreakerState.CLOSED
    breaker.enter()
    breaker.failed()
    with pytest.raises(CrmUnreachable, match="circuit_open"):
        breaker.enter()


def test_after_the_pause_exactly_one_caller_may_try():
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 10
    breaker.enter()
    with pytest.raises(CrmUnreachable):
        breaker.enter()
    breaker.succeeded()
    breaker.enter()
    assert breaker.state is BreakerState.CLOSED


def test_a_failed_try_opens_it_again_for_the_whole_pause():
    clock = Clock()
    breaker = tripped(clock)
    clock.now = 10
    breaker.enter()
    breaker.failed()
    clock.now = 19
    with pytest.raises(CrmUnreachable):
        breaker.enter()


async def test_a_refusal_that_quotes_our_own_token_is_told_without_it():
    guard = Guard("mikrowisp", Limits(), secrets=["", "s3cret-token"])
    with pytest.raises(CrmDenied) as told:
        await guard.read("x", Server(CrmDenied("denied", "El token s3cret-token no es válido")))
    assert told.value.detail == "El token ••• no es válido"
    assert "s3cret" not in f"{told.value!r} {told.value} {guard.trouble!r}"


async def test_a_cut_line_and_a_proxys_hiccup_are_tried_once_more():
    guard = Guard("mikrowisp", Limits())
    for passing in (CrmUnreachable("reset"), CrmBroken("http_status", "502")):
        server = Server(passing)
        assert await guard.read("x", server) == "ok"
        assert server.requests == 2
    assert guard.trouble is None


@pytest.mark.parametrize(
    "error", [CrmUnreachable("timeout"), CrmBroken("http_status", "500"), CrmDenied("denied"), NoSuchCustomer()]
)
async def test_what_would_answer_the_same_or_used_up_the_time_is_not_repeated(error):
    server = Server(error)
    with pytest.raises(type(error)):
        await Guard("mikrowisp", Limits()).read("x", server)
    assert server.requests == 1


async def test_an_open_breaker_spares_the_server():
    guard = Guard("mikrowisp", Limits(breaker_failures=2, breaker_open_s=60))
    server = Server(*[CrmUnreachable("timeout")] * 5)
    for _ in range(5):
        with pytest.raises(CrmUnreachable):
            await guard.read("x", server)
    assert server.requests == 2
    assert guard.trouble.code == "timeout"


async def test_being_cut_off_by_our_own_time_limit_counts_as_a_failure():
    guard = Guard("mikrowisp", Limits(breaker_failures=1, breaker_open_s=60))
    never = asyncio.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await guard.read("x", never.wait)
    with pytest.raises(CrmUnreachable, match="circuit_open"):
        await guard.read("x", Server())


async def test_a_wrong_token_is_trouble_but_does_not_open_the_breaker():
    guard = Guard("mikrowisp", Limits(breaker_failures=1))
    with pytest.raises(CrmDenied):
        await guard.read("x", Server(CrmDenied("denied")))
    assert guard.trouble.code == "denied"
    assert await guard.read("x", Server()) == "ok"
    assert guard.trouble is None


async def test_not_more_requests_run_at_once_than_allowed():
    guard = Guard("mikrowisp", Limits(concurrency=2))
    running, most, release = 0, 0, asyncio.Event()

    async def slow():
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            release.set()
        await release.wait()
        running -= 1

    await asyncio.gather(*(guard.read("x", slow) for _ in range(6)))
    assert most == 2


async def test_an_answer_to_a_request_older_than_the_trouble_does_not_hide_it():
    guard = Guard("mikrowisp", Limits())
    finish = asyncio.Event()
    old = asyncio.create_task(guard.read("old", finish.wait))
    await asyncio.sleep(0)
    with pytest.raises(CrmError):
        await guard.read("new", Server(CrmUnreachable("timeout")))
    finish.set()
    await old
    assert guard.trouble is not None
