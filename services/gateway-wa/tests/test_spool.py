"""The spool's file: what is read back after a process, a line or a disk broke."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ispbot_contracts.common import LatLng
from ispbot_contracts.content import LocationContent, MediaContent, MediaInfo, TextContent, UndecryptableContent
from ispbot_gateway_wa.inbound.records import from_record, to_record
from ispbot_gateway_wa.inbound.spool import Spool, read_records
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


async def test_what_was_not_done_is_taken_over_in_order_and_its_file_goes(tmp_path):
    path = await written(tmp_path, [b"one", b"two", b"three"], done=[1])
    spool = Spool(tmp_path, max_bytes=1 << 20)
    spool.open("000000000002-new")
    assert spool.take_over() == [b"one", b"three"]
    assert path.exists()  # until the new file has them
    spool.forget_taken()
    assert not path.exists()
    assert spool.take_over() == []
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


async def test_a_damaged_file_is_kept_aside_for_a_person(tmp_path):
    path = await written(tmp_path, [b"one", b"two"])
    path.write_bytes(b"garbage\n" + path.read_bytes())
    spool = Spool(tmp_path, max_bytes=1 << 20)
    spool.open("000000000002-new")
    assert spool.take_over() == [b"one", b"two"]
    spool.forget_taken()
    await spool.close()
    assert [one.name for one in tmp_path.iterdir()] == ["000000000001-old.damaged"]


async def test_the_file_of_a_process_that_lives_is_left_alone(tmp_path):
    living = Spool(tmp_path, max_bytes=1 << 20)
    living.open("000000000001-living")
    living.append(b"mine")
    other = Spool(tmp_path, max_bytes=1 << 20)
    other.open("000000000002-other")
    assert other.take_over() == []
    await living.close()
    assert other.take_over() == [b"mine"]
    other.forget_taken()
    await other.close()


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
    spool.append(b"stuck")
    for number in range(300):
        spool.done(spool.append(b"%050d" % number))
    spool.append(b"last")
    assert (tmp_path / "1.spool").stat().st_size < 1500
    await spool.close()
    other = Spool(tmp_path, max_bytes=1 << 20)
    other.open("2")
    assert other.take_over() == [b"stuck", b"last"]
    other.forget_taken()
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
    spool = Spool(tmp_path / "spool", max_bytes=1 << 30)
    spool.open("000000000002-next")
    assert len(spool.take_over()) >= len(told)
    spool.forget_taken()
    await spool.close()
