"""The spool's file: what is read back after a process, a line or a disk broke."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ispbot_contracts.common import LatLng
from ispbot_contracts.content import LocationContent, MediaContent, MediaInfo, TextContent, UndecryptableContent
from ispbot_gateway_wa.inbound.intake import SpooledIntake
from ispbot_gateway_wa.inbound.leftovers import Leftovers
from ispbot_gateway_wa.inbound.lines import read_records
from ispbot_gateway_wa.inbound.records import from_record, to_record
from ispbot_gateway_wa.inbound.spool import Spool, left_behind
from ispbot_gateway_wa.ports import Edited, GroupSeen, MessageIn, Reacted, ReceiptIn, Revoked, Said
from ispbot_runtime.testing import eventually

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MEDIA = MediaContent(kind="voice", media=MediaInfo(mime="audio/ogg", seconds=4), caption=None)
BODIES = [
    Said(TextContent(text="hola\nchau | ñandú 🙂")),
    Said(MEDIA, {"message": "QUJD", "sha256": "00", "length": 3}),
    Said(LocationContent(position=LatLng(lat=-31.4, lng=-64.2))),
    Said(UndecryptableContent()),
    Edited("M1", TextContent(text="corregido")),
    Revoked("M1"),
    Reacted("M1", "👍"),
    Reacted("M1", ""),
]


def message(body, **fields):
    return MessageIn(
        chat="111@lid", sender="111@lid", sender_alt=None, recipient_alt=None, wa_id="A1", from_me=False, push_name="N",
        sent_at=NOON, offline=False, body=body, **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arrival",
    [
        *(message(body, account="549") for body in BODIES),
        ReceiptIn(chat="1@lid", sender="1@lid", status="read", wa_ids=("A", "B"), at=NOON, account="549"),
        GroupSeen("1@g.us", "Guardia"),
    ],
)
def test_an_arrival_comes_back_as_it_was(arrival):
    record = to_record(arrival)
    assert b"\n" not in record
    assert from_record(record) == arrival


def test_a_record_of_another_version_is_told_apart():
    assert from_record(b'{"kind":"Hologram","value":{}}') is None
    assert from_record(b'{"kind":"MessageIn","value":{}}') is None


async def written(folder, bodies, *, done=()):
    spool = Spool(folder, max_bytes=1 << 20)
    spool.open("000000000001-old")
    numbers = [spool.append(body) for body in bodies]
    for index in done:
        spool.done(numbers[index])
    await spool.close()
    return folder / "000000000001-old.spool"


async def taken_over(folder, spool):
    """Take over as the intake does; returns the arrivals."""
    return [arrival async for arrival in SpooledIntake(None, spool, Leftovers(folder, spool)).take_over()]


def texts(arrivals):
    return [arrival.body.content.text for arrival in arrivals]


def record(words):
    return to_record(message(Said(TextContent(text=words)), account="549"))


@pytest.fixture
async def spool(tmp_path):
    spool = Spool(tmp_path, max_bytes=1 << 20)
    spool.open("000000000002-new")
    yield spool
    await spool.close()


async def test_what_was_not_done_is_taken_over_in_order_and_its_file_goes(tmp_path):
    path = await written(tmp_path, [record("one"), record("two"), record("three")], done=[1])
    spool = Spool(tmp_path, max_bytes=1 << 20)
    spool.open("000000000002-new")
    intake = SpooledIntake(None, spool, Leftovers(tmp_path, spool))
    found = []
    async for arrival in intake.take_over():
        found.append(arrival)
        assert path.exists()  # until the new file has them
    assert texts(found) == ["one", "three"]
    assert not path.exists()
    assert [arrival async for arrival in intake.take_over()] == []
    await intake.taken([arrival.token for arrival in found])
    await spool.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_line_cut_at_any_byte_costs_only_itself(tmp_path):
    path = await written(tmp_path, [b"one", b"two"])
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole)):
        read = read_records(whole[:end])
        assert list(read.waiting.values()) == [b"one"]
        assert (read.torn, read.damaged) == (end > first, 0)
    assert list(read_records(whole).waiting.values()) == [b"one", b"two"]


async def test_a_flipped_bit_anywhere_costs_one_line_and_never_the_process(tmp_path):
    path = await written(tmp_path, [b"one", b"two", b"three"])
    whole = path.read_bytes()
    for position in range(len(whole) - 1):
        broken = bytearray(whole)
        broken[position] ^= 0x10
        left = set(read_records(bytes(broken)).waiting.values())
        assert left < {b"one", b"two", b"three"}
        assert len(left) >= 1


async def test_a_damaged_file_is_kept_aside_for_a_person(tmp_path, spool):
    path = await written(tmp_path, [record("one"), record("two")])
    path.write_bytes(b"garbage\n" + path.read_bytes())
    assert texts(await taken_over(tmp_path, spool)) == ["one", "two"]
    assert left_files(tmp_path) == ["000000000001-old.damaged"]


@pytest.mark.parametrize(
    "newer", [b'{"kind":"Hologram","value":{}}', record("three").replace(b'"kind":"text"', b'"kind":"hologram"')]
)
async def test_a_file_with_a_record_of_a_newer_version_is_kept_aside_whole(tmp_path, spool, newer):
    path = await written(tmp_path, [record("one"), newer, record("two")])
    whole = path.read_bytes()
    assert texts(await taken_over(tmp_path, spool)) == ["one", "two"]
    assert left_files(tmp_path) == ["000000000001-old.damaged"]
    assert path.with_suffix(".damaged").read_bytes() == whole


def left_files(folder):
    return sorted(one.name for one in folder.iterdir() if "-new" not in one.name)


@pytest.fixture
def full_disk(spool):
    """The volume takes nothing that is written to it, or only forgets it."""
    device = os.open("/dev/full", os.O_WRONLY)
    yield lambda: os.dup2(device, spool._file)
    os.close(device)


async def test_a_file_that_could_not_be_copied_stays_until_the_bus_has_what_is_in_it(tmp_path, spool, full_disk):
    path = await written(tmp_path, [record("one"), record("two")])
    intake = SpooledIntake(None, spool, Leftovers(tmp_path, spool))
    full_disk()
    found = [arrival async for arrival in intake.take_over()]
    assert texts(found) == ["one", "two"]
    await intake.taken([found[0].token])
    assert [arrival async for arrival in intake.take_over()] == []  # once is enough, and it stays
    assert path.exists()
    await intake.taken([found[1].token])
    assert [arrival async for arrival in intake.take_over()] == []
    assert not path.exists()


async def test_a_file_whose_copy_did_not_reach_the_disk_stays(tmp_path, spool, monkeypatch):
    def refuses(descriptor):
        os.close(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    path = await written(tmp_path, [record("one")])
    monkeypatch.setattr("ispbot_gateway_wa.inbound.spool._put_on_disk", refuses)
    assert texts(await taken_over(tmp_path, spool)) == ["one"]
    assert path.exists()


async def test_a_file_stays_when_there_is_none_of_our_own_to_copy_it_to(tmp_path):
    path = await written(tmp_path, [record("one")])
    (tmp_path / "new.part").mkdir()  # in the way of our own file
    spool = Spool(tmp_path, max_bytes=1 << 20)
    spool.open("new")
    assert texts(await taken_over(tmp_path, spool)) == ["one"]
    assert path.exists()
    await spool.close()


async def test_the_file_of_a_process_that_lives_is_left_alone(tmp_path, spool):
    living = Spool(tmp_path, max_bytes=1 << 20)
    living.open("000000000001-living")
    living.append(record("mine"))
    assert await taken_over(tmp_path, spool) == []
    await living.close()
    assert texts(await taken_over(tmp_path, spool)) == ["mine"]


async def test_a_file_that_is_deleted_while_they_are_counted_is_not_counted(tmp_path):
    await written(tmp_path, [b"one"])
    (tmp_path / "000000000002-gone.spool").symlink_to(tmp_path / "gone")  # listed, and nothing to look at
    assert left_behind(tmp_path) == 1


async def test_a_full_spool_says_so_and_still_takes_what_is_on_its_way(tmp_path):
    spool = Spool(tmp_path, max_bytes=100)
    spool.open("1")
    number = spool.append(b"x" * 200)
    assert spool.full
    assert "full" in spool.limit()
    other = spool.append(b"last")
    spool.done(number)
    assert spool.roomy
    assert spool.limit() is None
    spool.done(other)
    await spool.close()


async def test_a_disk_that_refuses_is_told_and_work_goes_on(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    spool = Spool(tmp_path / "file", max_bytes=1 << 20)
    spool.open("1")
    spool.done(spool.append(b"one"))
    assert "the disk refuses" in spool.limit()
    await spool.close()


async def test_what_is_done_does_not_stay_on_the_disk_even_when_something_always_waits(tmp_path, monkeypatch):
    monkeypatch.setattr("ispbot_gateway_wa.inbound.spool._START_OVER_AT_BYTES", 1000)
    spool = Spool(tmp_path, max_bytes=1 << 20)
    spool.open("1")
    spool.append(record("stuck"))
    for number in range(300):
        spool.done(spool.append(b"%050d" % number))
    spool.append(record("last"))
    assert (tmp_path / "1.spool").stat().st_size < 2500
    await spool.close()
    other = Spool(tmp_path, max_bytes=1 << 20)
    other.open("2")
    assert texts(await taken_over(tmp_path, other)) == ["stuck", "last"]
    await other.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from ispbot_gateway_wa.inbound.spool import Spool

async def main():
    spool = Spool(Path(sys.argv[1]), max_bytes=1 << 30)
    spool.open("000000000001-killed")
    while True:
        for _ in range(100):
            print(spool.append(b"x" * 100), flush=True)
        await asyncio.sleep(0)

asyncio.run(main())
"""


def writer(log, folder):
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=out)


async def test_a_killed_writer_loses_nothing_that_it_wrote(tmp_path):
    log = tmp_path / "numbers"
    process = writer(log, tmp_path / "spool")
    await eventually(lambda: log.stat().st_size > 2000, timeout_s=20)
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(process.wait, 10)
    told = [int(line) for line in log.read_text().split("\n")[:-1]]
    [left] = (tmp_path / "spool").glob("*.spool")
    assert len(read_records(left.read_bytes()).waiting) >= len(told)
