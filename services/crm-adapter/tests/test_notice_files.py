"""Attachments: fetched, checked, sent as documents, or as the link they came as."""

from datetime import timedelta

import pytest
from notices_world import notice_settings, served
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import MediaContent, TextContent
from ispbot_contracts.notices import GetNotice, RetryNotice
from ispbot_runtime.testing import eventually

PHONE = "2915048080"
PDF = b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n"
_FILES = {
    "error.pdf": (b"no", "text/plain", 500),
    "big.pdf": (PDF + b"0" * 1_100_000, "application/pdf", 200),
    "page": ("<html>Pagá acá</html>".encode(), "text/html", 200),
    "liar.pdf": (b"<html></html>", "application/pdf", 200),
    "qr.png": (b"\x89PNG\r\n\x1a\n0000", "image/png", 200),
}


async def _file(request):
    name = request.path_params["name"]
    if name == "away.pdf":
        return RedirectResponse("http://169.254.169.254/latest/meta-data")
    body, mime, status = _FILES.get(name, (PDF, "application/pdf", 200))
    return Response(body, media_type=mime, status_code=status)


@pytest.fixture
async def files():
    async with served(Starlette(routes=[Route("/f/{name}", _file)])) as url:
        yield f"{url}/f"


@pytest.fixture
def send(start_notices, gateway, ledger_holds, ask):
    """Return a function that pushes a notice and returns (what reached the phone, the ledger's word)."""

    async def push_one(parts=1, **fields):
        settings = notice_settings(max_attachment_mb=1)
        _, push = await start_notices(settings, notice_file_retry_s=0.0)
        answer = await push.mikrowisp_post(PHONE, **fields)
        await ledger_holds("sent")
        assert len(gateway.phones) == parts
        return [one.content for one in gateway.phones], await ask(GetNotice(notice_id=answer.json()["id"]))

    return push_one


async def test_a_file_goes_as_a_document_with_the_text_as_caption(send, files, media_store):
    (content,), found = await send(message="Tu factura", url=f"{files}/factura_12.pdf")
    assert isinstance(content, MediaContent)
    assert (content.kind, content.caption, content.media.name) == ("document", "Tu factura", "factura_12.pdf")
    assert await media_store.get(content.media.object_key) == PDF
    (attached,) = found.notice.attachments
    assert (attached.stored, attached.problem) == (True, None)


async def test_a_long_text_goes_before_its_file(send, files):
    contents, _ = await send(parts=2, message="x" * 1500, file=f"{files}/a.pdf")
    assert [content.kind for content in contents] == ["text", "document"]


async def test_a_picture_goes_as_a_picture(send, files):
    (content,), _ = await send(message="Pagá con este QR", media=f"{files}/qr.png")
    assert content.kind == "image"


async def test_a_link_to_a_pdf_inside_the_text_goes_as_a_document(send, files):
    (content,), _ = await send(message=f"Mirá tu factura en {files}/f.pdf.")
    assert (content.kind, content.media.name) == ("document", "f.pdf")
    assert content.caption == f"Mirá tu factura en {files}/f.pdf."


async def test_a_link_to_a_page_stays_a_link(send, files):
    (content,), found = await send(message=f"Pagá en {files}/page")
    assert content == TextContent(text=f"Pagá en {files}/page")
    assert found.notice.attachments == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("away.pdf", "la dirección del archivo no está permitida"),
        ("big.pdf", "el archivo es demasiado grande"),
        ("liar.pdf", "el enlace no es un PDF ni una imagen"),
    ],
)
async def test_what_can_not_be_sent_goes_as_its_link_and_the_ledger_says_why(send, files, name, said):
    (content,), found = await send(message="Tu factura", url=f"{files}/{name}")
    assert content == TextContent(text=f"Tu factura\n{files}/{name}")
    assert said in (found.notice.attachments[0].problem or "")


@pytest.mark.parametrize("host", ["xn--", "xn--i-7iq.ws", "xn--in", "127.0.0.1:99999"])
async def test_an_address_that_is_none_goes_as_it_came_and_stops_nobody(send, host):
    (content,), found = await send(message=f"Tu factura: https://{host}/f.pdf", url=f"https://{host}/g.pdf")
    assert isinstance(content, TextContent)
    assert f"https://{host}/g.pdf" in content.text
    assert {file.problem for file in found.notice.attachments} == {
        "Se mandó el enlace: el enlace del archivo no es válido."
    }


async def test_a_notice_that_nobody_foresaw_goes_with_its_links_and_stops_nobody(send, files, monkeypatch):
    async def odd(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("ispbot_crm_adapter.notices.attachments.HttpDoor.get_file", odd)
    (content,), found = await send(message="Tu factura", url=f"{files}/a.pdf")
    assert isinstance(content, TextContent)
    assert f"{files}/a.pdf" in content.text
    assert [file.problem for file in found.notice.attachments] == [
        "Se mandó el enlace: el enlace del archivo no se pudo procesar."
    ]


async def test_a_failing_server_is_asked_again_before_the_link_goes(send, files):
    (content,), found = await send(message="Tu factura", url=f"{files}/error.pdf")
    assert content.text.endswith("/error.pdf")
    assert "respondió con un error" in found.notice.attachments[0].problem


async def test_a_file_follows_its_text_and_not_all_that_waited_behind_it(start_notices, gateway, files, ledger_holds):
    _, push = await start_notices(notice_window=1)
    gateway.silent = True
    await push.mikrowisp_post(PHONE, "x" * 1500, url=f"{files}/a.pdf")
    await eventually(lambda: len(gateway.asked) == 1)
    for number in range(2):
        await push.mikrowisp_post("3515550100", f"aviso {number}")
    await ledger_holds("waiting", 2)
    for count in range(2, 5):
        await gateway.bus.publish(gateway.settled(gateway.asked[-1], "sent"))
        await eventually(lambda count=count: len(gateway.asked) == count)
    assert [command.content.kind for command in gateway.asked] == ["text", "document", "text", "text"]


@pytest.mark.parametrize("who_says_so", ["the ledger", "the gateway"])
async def test_a_retry_sends_only_the_part_that_is_still_owed(
    start_notices, gateway, files, ledger_holds, ask, database, who_says_so
):
    _, push = await start_notices()
    gateway.silent = True
    answer = await push.mikrowisp_post(PHONE, "x" * 1500, url=f"{files}/a.pdf")
    await eventually(lambda: len(gateway.asked) == 1)
    await gateway.bus.publish(gateway.settled(gateway.asked[0], "sent"))
    await eventually(lambda: len(gateway.asked) == 2)
    if who_says_so == "the gateway":
        gateway.reason = "expired"
        await gateway.bus.publish(gateway.settled(gateway.asked[1], "failed"))
        await ledger_holds("failed")
    else:
        gateway.reason, gateway.retry_in = "paused", timedelta(hours=3)
        await gateway.bus.publish(gateway.settled(gateway.asked[1], "deferred"))
        await ledger_holds("waiting")
        await database["notices"].update_many({}, {"$set": {"open_until": utc_now()}})
        await ledger_holds("expired")
    gateway.silent, gateway.reason = False, None
    notice_id = answer.json()["id"]
    found = await ask(GetNotice(notice_id=notice_id))
    assert "Salió solo una parte" in found.notice.reason_text
    assert "Salió solo una parte" in found.timeline[-1].text
    await ask(RetryNotice(notice_id=notice_id, agent_id="u1"))
    await ledger_holds("sent")
    assert [command.content.kind for command in gateway.phones] == ["document"]
