"""ISPBrain's queue: pulled once, sent once, acknowledged until it is known there."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_crm_adapter.adapters.ispbrain.altwha import AltwhaMessage, AltwhaPacing
from ispbot_crm_adapter.errors import CrmUnreachable
from ispbot_crm_adapter.notices.altwha import AltwhaPoller
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_runtime.testing import eventually


@dataclass
class VendorQueue:
    """The queue as ISPBrain keeps it: what is not acknowledged is listed again."""

    key: str = "one-server:7"
    waiting: list[AltwhaMessage] = field(default_factory=list)
    acks: list[tuple[str, bool]] = field(default_factory=list)
    deaf: bool = False
    pace: AltwhaPacing | None = None
    page: int = 100
    pages_read: int = 0

    async def pending(self):
        for start in range(0, len(self.waiting), self.page):
            self.pages_read += 1
            yield self.waiting[start : start + self.page]

    async def acknowledge(self, message_id, *, sent, at):
        if self.deaf:
            raise CrmUnreachable("timeout")
        assert at.utcoffset() == timedelta(hours=-3)
        self.acks.append((message_id, sent))
        self.waiting = [one for one in self.waiting if one.id != message_id]

    async def pacing(self):
        return self.pace


@pytest.fixture
def queue():
    return VendorQueue(
        waiting=[AltwhaMessage(str(n), f"549351555010{n}", f"aviso {n}", urgent=False) for n in range(3)]
    )


@pytest.fixture
async def poller_of(start_notices, database):
    service, _ = await start_notices()

    def make(queue, holder="one"):
        return AltwhaPoller(Ledger(database), database, service.bus, service.watch, lambda: queue, holder)

    return make


async def test_the_queue_is_sent_once_and_acknowledged(poller_of, queue, gateway, ledger_holds):
    poller = poller_of(queue)
    assert await poller.turn(utc_now()) == 3
    await ledger_holds("sent", 3)
    await poller.turn(utc_now())
    assert sorted(queue.acks) == [("0", True), ("1", True), ("2", True)]
    assert len(gateway.phones) == 3


async def test_a_crash_between_sending_and_acknowledging_sends_nothing_twice(
    poller_of, queue, gateway, ledger_holds, database
):
    await poller_of(queue).turn(utc_now())
    await ledger_holds("sent", 3)
    queue.deaf = True
    with pytest.raises(CrmUnreachable):
        await poller_of(queue).turn(utc_now())
    queue.deaf = False
    later = utc_now() + timedelta(minutes=5)
    assert await poller_of(queue).turn(later) == 0
    await poller_of(queue).turn(later + timedelta(minutes=5))
    assert len(set(queue.acks)) == 3
    assert len(gateway.phones) == 3
    assert await database["notices"].count_documents({"ack_owed": {"$exists": True}}) == 0


async def test_a_lost_acknowledgement_is_given_again_without_sending(poller_of, queue, gateway, ledger_holds):
    await poller_of(queue).turn(utc_now())
    await ledger_holds("sent", 3)
    listed = list(queue.waiting)
    await poller_of(queue).turn(utc_now())
    queue.acks, queue.waiting = [], listed
    await poller_of(queue).turn(utc_now())
    await poller_of(queue).turn(utc_now())
    assert len(queue.acks) == 3
    assert len(gateway.phones) == 3


async def test_another_server_that_uses_the_same_numbers_has_its_messages_sent(poller_of, queue, gateway, ledger_holds):
    await poller_of(queue).turn(utc_now())
    await ledger_holds("sent", 3)
    other = VendorQueue("another-server:7", list(queue.waiting))
    assert await poller_of(other).turn(utc_now()) == 3
    await ledger_holds("sent", 6)
    await poller_of(other).turn(utc_now())
    assert (len(gateway.phones), len(other.acks), queue.acks) == (6, 3, [])
    await poller_of(queue).turn(utc_now())
    assert len(queue.acks) == 3, "the first one hears of its own when it is back"


async def test_what_fails_is_tried_a_few_times_and_then_given_up(poller_of, queue, gateway, ledger_holds, database):
    queue.waiting = queue.waiting[:1]
    gateway.verdict, gateway.reason = "failed", "rejected"
    poller = poller_of(queue)
    await poller.turn(utc_now())
    for tries in (1, 2):
        await ledger_holds("failed")
        await poller.turn(utc_now())
        await ledger_holds("waiting")
        await database["notices"].update_many({}, {"$set": {"due_at": utc_now()}})
        await eventually(lambda tries=tries: len(gateway.asked) == tries + 1)
    await ledger_holds("failed")
    await database["notices"].update_many({}, {"$set": {"ack_at": utc_now()}})
    await poller.turn(utc_now())
    assert queue.acks == [("0", False)]
    assert len({one.notice_id for one in gateway.asked}) == 3


async def test_an_unreadable_phone_is_refused_at_once(poller_of, queue, gateway):
    queue.waiting = [AltwhaMessage("9", "sin número", "hola", urgent=False)]
    assert await poller_of(queue).turn(utc_now()) == 0
    assert queue.acks == [("9", False)]


async def test_one_replica_polls_until_it_dies(poller_of, queue, gateway):
    now = utc_now()
    one, other = poller_of(queue), poller_of(queue, "two")
    assert await one.hold(queue.key, now)
    assert await other.turn(now) == 0
    assert await other.hold(queue.key, now + timedelta(minutes=3))
    assert not await one.hold(queue.key, now + timedelta(minutes=3))


async def test_the_accounts_pace_is_kept(poller_of, queue, gateway, database, ledger_holds):
    queue.pace = AltwhaPacing(block=(2, 2), pause=(60, 60), delay=(30, 30))
    poller, now = poller_of(queue), utc_now()
    assert await poller.turn(now) == 2
    assert await poller.turn(now + timedelta(seconds=1)) == 0
    await ledger_holds("sent", 1)
    await ledger_holds("waiting", 1)
    assert await poller.turn(now + timedelta(seconds=121)) == 1


async def test_what_waits_behind_messages_under_way_is_pulled_and_no_page_more_is_read(
    poller_of, queue, gateway, database
):
    gateway.silent = True
    poller, now = poller_of(queue), utc_now()
    assert await poller.turn(now) == 3
    await eventually(lambda: len(gateway.asked) == 3)
    queue.page, queue.pages_read, queue.pace = 2, 0, AltwhaPacing(block=(1, 1), pause=(0, 0), delay=(0, 0))
    queue.waiting += [AltwhaMessage(str(n), f"549351555010{n}", f"aviso {n}", urgent=False) for n in range(3, 9)]
    assert await poller.turn(now + timedelta(seconds=1)) == 1
    assert queue.pages_read == 2
    await eventually(lambda: database["notices"].count_documents({"external_id": "3"}))
