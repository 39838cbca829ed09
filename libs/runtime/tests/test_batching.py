"""What is written together: every caller waits for its own write and hears how it ended."""

import asyncio

import pytest

from ispbot_runtime.batching import Batcher


class Writer:
    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_write = asyncio.Event()
        self.failure: Exception | None = None

    async def write(self, items):
        self.batches.append(list(items))
        await self.may_write.wait()
        if self.failure is not None:
            raise self.failure


async def adding(batcher, *items):
    tasks = [asyncio.create_task(batcher.add(item)) for item in items]
    await asyncio.sleep(0.01)
    return tasks


async def test_what_comes_during_a_write_goes_with_the_next_and_none_is_larger_than_the_limit():
    writer = Writer()
    batcher = Batcher(writer.write, limit=3)
    first = await adding(batcher, 0)
    rest = await adding(batcher, *range(1, 6))
    assert writer.batches == [[0]]
    writer.may_write.set()
    await asyncio.gather(*first, *rest)
    assert writer.batches == [[0], [1, 2, 3], [4, 5]]


async def test_what_comes_within_the_gathering_time_is_one_write():
    writer = Writer()
    writer.may_write.set()
    batcher = Batcher(writer.write, gather_s=0.2)
    await asyncio.gather(*await adding(batcher, 1), *await adding(batcher, 2))
    assert writer.batches == [[1, 2]]


async def test_any_failure_reaches_all_of_the_write_and_the_next_one_is_made_all_the_same():
    writer = Writer()
    writer.may_write.set()
    writer.failure = LookupError("no database fault at all")
    batcher = Batcher(writer.write)
    ends = await asyncio.gather(*await adding(batcher, 1, 2), return_exceptions=True)
    assert [type(end) for end in ends] == [LookupError, LookupError]
    writer.failure = None
    await batcher.add(3)
    assert writer.batches == [[1, 2], [3]]


async def test_after_stop_nobody_waits_for_ever():
    writer = Writer()
    batcher = Batcher(writer.write, limit=1)
    tasks = await adding(batcher, 1, 2)
    await batcher.stop()
    async with asyncio.timeout(5):
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(end) for end in ends] == [asyncio.CancelledError, asyncio.CancelledError]


@pytest.mark.parametrize("number", [1, 3])
async def test_who_stops_waiting_takes_nobody_with_it(number):
    writer = Writer()
    batcher = Batcher(writer.write, limit=number)
    given_up, *others = await adding(batcher, *range(number + 1))
    given_up.cancel()
    writer.may_write.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*others)
    assert given_up.cancelled()
