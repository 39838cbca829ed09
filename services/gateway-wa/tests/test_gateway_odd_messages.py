"""Messages that no honest phone sends: none takes the number down, none is lost, and the next one goes on."""

import dataclasses

import pytest
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import info, jid, message_event, source
from test_gateway_neonize import PHONE, linked  # noqa: F401 - a fixture among them
from transport_rigs import PNG

from ispbot_contracts.streams import DEAD_STREAM
from ispbot_contracts.whatsapp import MediaFailed, MediaStored, MessageReceived
from ispbot_gateway_wa.inbound.lines import read_records
from ispbot_gateway_wa.inbound.media import MediaFetcher
from ispbot_gateway_wa.inbound.records import from_record
from ispbot_runtime.dead_letters import DeadLetters, NoSuchConsumer
from ispbot_runtime.testing import eventually


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("ispbot_gateway_wa.inbound.arrivals._PAUSES_S", (0.01, 0.01))


def write(rig, message_id, message):
    where = source(jid("111", "lid"), jid("111", "lid"), jid(PHONE, "s.whatsapp.net"))
    rig.go.session.tell(message_event(info(message_id, where), message))


async def letters(world):
    return (await DeadLetters(world.bus).page()).letters


def aside(tmp_path):
    return list((tmp_path / "spool").glob("*.damaged"))


def nothing_waits(rig):
    return rig.gateway._term.spool._bytes == 0


async def test_a_picture_that_announces_an_impossible_size_is_told_and_the_next_message_too(world, linked):  # noqa: F811
    image = e2e.ImageMessage(mimetype="image/png", mediaKey=b"k", fileSHA256=b"\x01" * 32, fileLength=2**64 - 1)
    write(linked, "BIG", e2e.Message(imageMessage=image))
    await linked.say("después")
    told = [await world.event(MessageReceived, number) for number in (1, 2)]
    assert [event.content.kind for event in told] == ["image", "text"]
    assert (await world.event(MediaFailed)).reason == "too_large"
    assert await letters(world) == []
    await eventually(lambda: nothing_waits(linked))


async def test_a_place_that_is_nowhere_is_told_as_something_we_can_not_show(world, linked):  # noqa: F811
    place = e2e.LocationMessage(degreesLatitude=123.4, degreesLongitude=-64.2, name="Casa")
    write(linked, "NOWHERE", e2e.Message(locationMessage=place))
    await linked.say("después")
    told = [await world.event(MessageReceived, number) for number in (1, 2)]
    assert [event.content.kind for event in told] == ["unsupported", "text"]
    assert told[0].content.original == "locationMessage"


async def test_a_message_that_the_bus_never_takes_is_set_aside_and_the_next_one_goes_on(
    world, linked, tmp_path  # noqa: F811
):  # fmt: skip
    words = "x" * 1_200_000
    write(linked, "LONG", e2e.Message(conversation=words))
    await linked.say("después")
    assert (await world.event(MessageReceived)).content.text == "después"
    [letter] = await letters(world)
    assert (letter.message, letter.why, letter.tries) == ("message_received", "failed", 3)
    assert letter.reason.startswith("MaxPayloadError")
    with pytest.raises(NoSuchConsumer):
        await DeadLetters(world.bus).replay(letter.seq, by="a1")
    [file] = aside(tmp_path)
    [record] = read_records(file.read_bytes()).waiting.values()
    assert from_record(record).body.content.text == words
    await eventually(lambda: nothing_waits(linked))


async def test_no_room_for_letters_does_not_stop_the_chat(world, linked, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("ispbot_gateway_wa.inbound.aside._LETTER_LIMIT_S", 0.2)
    config = (await world.bus.js.stream_info(DEAD_STREAM)).config
    await world.bus.js.update_stream(dataclasses.replace(config, max_bytes=1))
    write(linked, "LONG", e2e.Message(conversation="x" * 1_200_000))
    await linked.say("después")
    assert (await world.event(MessageReceived)).content.text == "después"
    assert await letters(world) == []
    [file] = aside(tmp_path)
    assert len(read_records(file.read_bytes()).waiting) == 1
    await eventually(lambda: nothing_waits(linked))


async def test_what_was_set_aside_is_handled_again_when_a_person_says_so(
    world, linked, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    async def too_large_for_the_database(*_):
        raise OverflowError("MongoDB can only handle up to 8-byte ints")

    with monkeypatch.context() as broken:
        broken.setattr(MediaFetcher, "owe", too_large_for_the_database)
        await linked.picture(PNG)
        await eventually(lambda: nothing_waits(linked) and aside(tmp_path) != [])
    await linked.say("después")
    await world.event(MessageReceived, 2)
    [letter] = await letters(world)
    assert letter.reason.startswith("OverflowError")
    [file] = aside(tmp_path)
    file.rename(file.with_suffix(".spool"))
    await world.event(MediaStored)
    await eventually(lambda: list((tmp_path / "spool").glob("arrival-*")) == [])


async def test_an_arrival_that_can_be_kept_nowhere_stays_where_it_is(world, linked, tmp_path, monkeypatch):  # noqa: F811
    def refuses(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("ispbot_gateway_wa.inbound.aside._write", refuses)
    write(linked, "LONG", e2e.Message(conversation="x" * 1_200_000))
    await linked.say("después")
    await world.event(MessageReceived)
    [letter] = await letters(world)
    assert "not kept in a file" in letter.reason
    assert not nothing_waits(linked)
