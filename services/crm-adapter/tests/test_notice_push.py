"""The endpoint that management systems push to: every form of request, one meaning."""

import asyncio
import json

import pytest
from notices_world import TOKEN, notice_settings

from ispbot_contracts.notices import DeliverNotice
from ispbot_contracts.settings import BotMode, OperationSettings
from ispbot_runtime.testing import eventually, published

PHONE = "2915048080"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LATIN = "Señor: venció".encode("latin-1")


def _phones(count):
    return ",".join(f"351555{number:04}" for number in range(count))


def _links(count):
    return [f"https://example.com/{number}.pdf" for number in range(count)]


async def stored(bus, count=1):
    return [DeliverNotice.model_validate_json(raw) for raw in await published(bus, "crm.cmd.deliver_notice.*.*", count)]


@pytest.mark.parametrize(
    "call",
    [
        {"method": "POST", "data": {"to": "5492915048080", "message": "Hola Ana"}, "headers": BEARER},
        {"method": "GET", "params": {"destinatario": PHONE, "mensaje": "{Hola Ana}"}, "headers": BEARER},
        {"method": "GET", "params": {"numero": "0291 15-504-8080", "msg": "Hola Ana", "token": TOKEN}},
        {"method": "POST", "json": {"phone": 2915048080, "text": "Hola Ana"}, "headers": {"apikey": TOKEN}},
        {"method": "POST", "json": {"celular": PHONE, "texto": "Hola Ana", "apikey": TOKEN}},
        {"method": "POST", "params": {"key": TOKEN, "telefono": PHONE}, "data": {"body": "Hola Ana"}},
        {"method": "POST", "files": {"movil": (None, PHONE), "content": (None, "Hola Ana")}, "headers": {"x-api-key": TOKEN}},
        {"method": "POST", "json": {"chatId": "5492915048080@c.us", "text": "Hola Ana"}, "headers": {"Authorization": TOKEN}},
        {"method": "POST", "content": f'{{"recipient": "+54 9 291 504-8080", "message": "Hola&nbsp;Ana<br>", "token": "{TOKEN}"}}'},
    ],
)  # fmt: skip
async def test_every_way_of_calling_means_the_same(start_notices, http, bus, call):
    _, push = await start_notices()
    answer = await http.request(url=push.url, **call)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["status"], body["success"], body["estado"]) == ("success", True, "exito")
    (command,) = await stored(bus)
    assert (command.id, command.phone, command.text) == (body["id"], "5492915048080", "Hola Ana")
    assert command.source_id == "mikrowisp"


@pytest.mark.parametrize("path", ["/gw/send", "/gateway/send", "/send-message", "/api/send"])
async def test_every_alias_is_the_same_door(start_notices, http, path):
    _, push = await start_notices()
    url = push.url.replace("/gw/send", path)
    assert (await http.get(url, params={"to": PHONE, "message": "Hola", "token": TOKEN})).status_code == 200
    assert (await http.get(push.url.replace("/gw/send", "/healthz"))).text == "ok"


async def test_head_sends_nothing(start_notices, http, bus):
    _, push = await start_notices()
    looked = await http.head(push.url, params={"to": PHONE, "message": "mirado", "token": TOKEN})
    assert (looked.status_code, looked.headers["allow"]) == (405, "GET, POST")
    assert (await http.get(push.url, params={"to": PHONE, "message": "pedido", "token": TOKEN})).status_code == 200
    assert [command.text for command in await stored(bus)] == ["pedido"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Se%F1or%3A+venci%F3", "Señor: venció"),
        ("Señor: venció".encode(), "Señor: venció"),
        (LATIN, "Señor: venció"),
        (b"1%2B1+es+2+%2541", "1+1 es 2 %41"),
        (b"Hola%3Cbr%3EAna%3Cbr+%2F%3E%26iexcl%3BPaga%21", "Hola\nAna\n¡Paga!"),
        (b"saldo+%3C+5000+%3Cb%3Ehoy%3C%2Fb%3E", "saldo < 5000 hoy"),
        (b"{Hola+{Ana}}", "Hola Ana"),
    ],
)
async def test_words_are_decoded_once_and_cleaned(start_notices, http, bus, raw, text):
    _, push = await start_notices()
    body = b"to=" + PHONE.encode() + b"&message=" + raw
    form = {"Content-Type": "application/x-www-form-urlencoded"} | BEARER
    assert (await http.post(push.url, content=body, headers=form)).status_code == 200
    assert (await stored(bus))[0].text == text


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        ({"data": {"to": PHONE, "message": "x"}}, 401, "token_missing"),
        ({"data": {"to": PHONE, "message": "x", "token": "otra"}}, 401, "token_unknown"),
        ({"data": {"message": "x"}, "headers": BEARER}, 400, "phone_missing"),
        ({"data": {"to": "119876543", "message": "x"}, "headers": BEARER}, 400, "phone_invalid"),
        ({"data": {"to": PHONE}, "headers": BEARER}, 400, "text_missing"),
        ({"data": {"to": PHONE, "file": "factura.pdf"}, "headers": BEARER}, 400, "file_url_invalid"),
        ({"data": {"to": PHONE, "message": "x" * 5000}, "headers": BEARER}, 400, "text_too_long"),
        ({"data": {"to": _phones(51), "message": "x"}, "headers": BEARER}, 413, "too_many_recipients"),
        ({"json": {"to": _phones(51).split(","), "message": "x"}, "headers": BEARER}, 413, "too_many_recipients"),
        ({"json": {"to": PHONE, "file": _links(3), "url": _links(6)}, "headers": BEARER}, 413, "too_many_files"),
        ({"content": b"{no json", "headers": BEARER | {"Content-Type": "application/json"}}, 400, "not_json"),
        ({"content": b"<a/>", "headers": BEARER | {"Content-Type": "application/xml"}}, 415, "unsupported_type"),
        ({"files": {"file": ("a.pdf", b"%PDF-")}, "data": {"to": PHONE}, "headers": BEARER}, 415, "file_upload"),
        ({"content": b"to=1&message=" + b"x" * 1_100_000, "headers": BEARER}, 413, "too_big"),
    ],
)
async def test_what_is_wrong_is_said(start_notices, http, call, status, code):
    _, push = await start_notices()
    answer = await http.post(push.url, **call)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]
    assert answer.json()["estado"] == "error"


async def test_a_list_is_taken_piece_by_piece(start_notices, bus):
    _, push = await start_notices()
    answer = await push.json(
        [{"to": PHONE, "message": "uno"}, {"to": "x", "message": "dos"}, {"to": "3515550100", "message": "tres"}]
    )
    body = answer.json()
    assert (answer.status_code, body["status"], body["accepted"], body["refused"]) == (200, "partial", 2, 1)
    assert [one["status"] for one in body["results"]] == ["success", "error", "success"]
    assert {command.id for command in await stored(bus, 2)} == {body["results"][0]["id"], body["results"][2]["id"]}


@pytest.mark.parametrize(
    "call",
    [
        {"json": {"to": ["3515550100", "3515550101", "3515550102"], "message": "Hola"}},
        {"data": {"to": ["3515550100", "3515550101;3515550102"], "message": "Hola"}},
        {"params": {"to": ["3515550100", "3515550101", "3515550102", "3515550100"], "message": "Hola"}},
        {"data": {"to": "3515550100, 3515550101 | 3515550102", "telefono": PHONE, "message": "Hola"}},
    ],
)
async def test_everybody_that_is_named_is_written_to(start_notices, http, bus, call):
    _, push = await start_notices()
    answer = await http.post(push.url, headers=BEARER, **call)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 3)
    assert {command.phone for command in await stored(bus, 3)} == {f"549351555010{number}" for number in range(3)}


async def test_as_many_as_are_allowed_are_taken(start_notices, http, bus):
    _, push = await start_notices()
    answer = await http.post(push.url, json={"to": _phones(50), "url": _links(5)}, headers=BEARER)
    assert answer.json()["accepted"] == 50
    assert {len(command.file_urls) for command in await stored(bus, 50)} == {5}


async def test_a_repetition_is_the_same_notice_across_replicas(start_notices, bus):
    _, one = await start_notices()
    _, other = await start_notices()
    pushes = [push.mikrowisp_post(PHONE, "Hola") for push in (one, other) for _ in range(5)]
    ids = {answer.json()["id"] for answer in await asyncio.gather(*pushes)}
    assert len(ids) == 1
    assert [command.id for command in await stored(bus)] == list(ids)
    assert (await one.mikrowisp_post(PHONE, "Hola otra vez")).json()["id"] not in ids


@pytest.mark.parametrize(("settings", "mode"), [
    (notice_settings(enabled=False), BotMode.COMPLETE),
    (notice_settings(integration={"enabled": False}), BotMode.COMPLETE),
    (notice_settings(), BotMode.STOPPED),
])  # fmt: skip
async def test_a_system_is_asked_to_come_again_while_we_are_off(start_notices, settings_store, settings, mode):
    await settings_store.write(OperationSettings(mode=mode), revision=0)
    _, push = await start_notices(settings)
    answer = await push.mikrowisp_post(PHONE, "Hola")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_mode_is_in_force_at_once(start_notices, settings_store):
    _, push = await start_notices()
    revision = await settings_store.write(OperationSettings(mode=BotMode.EMERGENCY), revision=0)
    assert (await push.mikrowisp_post(PHONE, "Hola")).status_code == 200
    await settings_store.write(OperationSettings(mode=BotMode.STOPPED), revision=revision)

    async def refused():
        return (await push.mikrowisp_post(PHONE, "Hola")).status_code == 503

    await eventually(refused)


async def test_without_the_bus_nothing_is_promised(start_notices):
    service, push = await start_notices()
    service.bus.connected = False
    answer = await push.mikrowisp_post(PHONE, "Hola")
    service.bus.connected = True
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_only_the_named_addresses_get_in(start_notices, http):
    _, push = await start_notices(notice_settings(integration={"allowed_addresses": ["203.0.113.0/24"]}))
    form = {"to": PHONE, "message": "Hola"}
    assert (await http.post(push.url, data=form, headers=BEARER)).status_code == 403
    inside = BEARER | {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    assert (await http.post(push.url, data=form, headers=inside)).status_code == 200
    forged = BEARER | {"X-Forwarded-For": "203.0.113.7, 198.51.100.1"}
    assert (await http.post(push.url, data=form, headers=forged)).status_code == 403


async def test_guessing_is_slowed_down_for_the_guesser_only(start_notices, http):
    _, push = await start_notices()
    form = {"to": PHONE, "message": "Hola"}
    guesser = {"Authorization": "Bearer no", "X-Forwarded-For": "198.51.100.1"}
    codes = [(await http.post(push.url, data=form, headers=guesser)).status_code for _ in range(22)]
    assert codes == [401] * 20 + [429] * 2
    assert (await http.post(push.url, data=form, headers=BEARER)).status_code == 200


async def test_json_of_one_object_is_answered_as_one(start_notices):
    _, push = await start_notices()
    answer = await push.json({"messages": [{"to": PHONE, "message": "uno"}], "token": TOKEN})
    assert json.loads(answer.text)["results"][0]["status"] == "success"
