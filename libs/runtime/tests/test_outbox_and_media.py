"""Events kept with the state, files kept by their content, phones in every spelling."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from nats.js import api
from pymongo import IndexModel

from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import SendMessage
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.media import MediaMissing
from ispbot_runtime.mongo import ensure_indexes, next_number
from ispbot_runtime.outbox import Outbox, outbox_push
from ispbot_runtime.phones import display_phone, national_number, same_phone
from ispbot_runtime.testing import published


def command(number: int) -> SendMessage:
    return SendMessage.start(
        f"s{number}", contact_id="c1", content=TextContent(text=str(number)), author=Author(kind=AuthorKind.SYSTEM)
    )


async def test_events_left_behind_by_a_crash_are_published_in_order_and_once(database, bus):
    things = database["things"]
    outbox = Outbox(things, bus)
    await things.insert_one({"_id": "t1", "outbox": []})
    await things.update_one({"_id": "t1"}, outbox_push([command(1), command(2)]))
    await bus.publish(command(1))
    assert await outbox.sweep(older_than=timedelta(0)) == 1
    bodies = await published(bus, "wa.cmd.send_message.*.*", 2)
    assert [SendMessage.model_validate_json(body).id for body in bodies] == ["s1", "s2"]
    assert (await bus.js.stream_info("WA")).state.messages == 2
    assert await outbox.sweep(older_than=timedelta(0)) == 0


async def test_a_flushed_event_is_forgotten(database, bus):
    things = database["things"]
    outbox = Outbox(things, bus)
    await things.insert_one({"_id": "t1"})
    await things.update_one({"_id": "t1"}, outbox_push([command(1)]))
    await outbox.flush("t1", [command(1)])
    assert await things.find_one({"_id": "t1"}) == {"_id": "t1", "outbox": []}


async def test_what_waited_earlier_is_published_first(database, bus):
    things = database["things"]
    outbox = Outbox(things, bus)
    await things.insert_one({"_id": "t1"})
    await things.update_one({"_id": "t1"}, outbox_push([command(1), command(2)]))
    await things.update_one({"_id": "t1"}, outbox_push([command(3)]))
    await things.update_one({"_id": "t1"}, outbox_push([command(4)]))  # by somebody who will publish it
    earlier = await outbox.earlier("t1", command(3))
    await outbox.flush("t1", [command(3)], earlier=earlier)
    bodies = await published(bus, "wa.cmd.send_message.*.*", 3)
    assert [SendMessage.model_validate_json(body).id for body in bodies] == ["s1", "s2", "s3"]
    assert [entry["id"] for entry in (await things.find_one({"_id": "t1"}))["outbox"]] == ["s4"]


async def test_what_comes_later_does_not_put_off_what_waits(database):
    things = database["things"]
    await things.insert_one({"_id": "t1"})
    await things.update_one({"_id": "t1"}, outbox_push([command(1)]))
    first = (await things.find_one({"_id": "t1"}))["outbox_at"]
    await asyncio.sleep(0.005)  # another millisecond of the database
    await things.update_one({"_id": "t1"}, outbox_push([command(2)]))
    assert (await things.find_one({"_id": "t1"}))["outbox_at"] == first


async def test_numbers_are_never_given_twice(database):
    numbers = await asyncio.gather(*(next_number(database, "ticket") for _ in range(20)))
    assert sorted(numbers) == list(range(1, 21))


async def test_the_same_file_is_stored_once_and_comes_back_whole(media_store):
    data = b"\x89PNG" + bytes(300_000)
    first = await media_store.put(data, mime="image/png", name="a.png")
    second = await media_store.put(data, mime="image/png", name="b.png")
    assert first.object_key == second.object_key
    assert await media_store.get(first.object_key) == data


async def test_a_missing_file_is_said_so(media_store):
    with pytest.raises(MediaMissing):
        await media_store.get("nothing")


async def test_a_full_store_takes_no_file_and_says_so_until_there_is_room(bus, media_store):
    before = (await bus.js.stream_info("OBJ_media")).config
    await bus.js.update_stream(replace(before, max_bytes=1, discard=api.DiscardPolicy.NEW))
    with pytest.raises(Unavailable, match="media store"):
        await media_store.put(b"a picture", mime="image/png")
    assert media_store.problem() is not None
    await bus.js.update_stream(before)
    info = await media_store.put(b"a picture", mime="image/png")
    assert (media_store.problem(), await media_store.get(info.object_key)) == (None, b"a picture")


@pytest.mark.parametrize(
    "spelling",
    [
        "5492915048080",
        "542915048080",
        "2915048080",
        "02915048080",
        "0291155048080",
        "0291 15-504-8080",
        "+54 9 291 504-8080",
    ],
)
def test_every_spelling_of_an_argentine_phone_is_one_number(spelling):
    assert national_number(spelling) == "2915048080"


@pytest.mark.parametrize(
    ("region", "national", "spellings"),
    [
        ("PY", "981123456", ["595981123456", "+595 981 123456", "0981 123 456", "(0981) 123-456", "981123456"]),
        ("UY", "99123456", ["59899123456", "+598 99 123 456", "099 123 456", "99123456"]),
        ("CL", "987654321", ["56987654321", "+56 9 8765 4321", "09 8765 4321", "987654321", "87654321", "5687654321"]),
        ("MX", "5512345678", ["5215512345678", "525512345678", "+52 1 55 1234 5678", "+52 55 1234 5678", "5512345678",
                              "044 55 1234 5678", "045 55 1234 5678", "01 55 1234 5678"]),
        ("BR", "11987654321", ["5511987654321", "551187654321", "+55 11 98765-4321", "+55 11 8765-4321", "(11) 98765-4321",
                               "(11) 8765-4321", "011 98765-4321"]),
        ("BR", "55987654321", ["5555987654321", "555587654321", "55987654321", "5587654321"]),
        ("BR", "1133334444", ["551133334444", "(11) 3333-4444"]),
    ],
)  # fmt: skip
def test_older_and_newer_shapes_of_a_phone_are_one_number_in_each_country(region, national, spellings):
    assert {spelling: national_number(spelling, region=region) for spelling in spellings} == dict.fromkeys(
        spellings, national
    )


@pytest.mark.parametrize("region", ["AR", "BR", "CL", "MX", "PY", "UY"])
def test_somebody_abroad_is_not_the_customer_with_the_same_last_digits(region):
    assert national_number("+1 551 234 5678", region=region) is None
    assert national_number("15512345678", region=region) is None


def test_a_number_without_area_code_needs_the_companys_own():
    assert national_number("155048080") is None
    assert national_number("155048080", area_code="291") == "2915048080"


def test_what_is_no_phone_is_no_phone():
    assert national_number("hola") is None
    assert not same_phone("hola", "hola")


def test_phones_are_shown_as_people_read_them():
    assert display_phone("5493515550100") == "+54 9 351 555-0100"


async def test_an_index_that_got_another_name_is_replaced_at_the_next_start(database):
    await ensure_indexes(database, {"things": [IndexModel([("a", 1)], name="old")]})
    await ensure_indexes(database, {"things": [IndexModel([("a", 1)], name="new")]})
    await ensure_indexes(database, {"things": [IndexModel([("a", 1)], name="new")]})
    assert set(await database["things"].index_information()) == {"_id_", "new"}
