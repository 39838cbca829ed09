"""Attachments: fetched, checked, sent as documents, or as the link they came as."""

import pytest
from notices_world import notice_settings, served
from starlette.applications import Starlette
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ispbot_contracts.content import MediaContent, TextContent
from ispbot_contracts.notices import GetNotice

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


async def test_a_failing_server_is_asked_again_before_the_link_goes(send, files):
    (content,), found = await send(message="Tu factura", url=f"{files}/error.pdf")
    assert content.text.endswith("/error.pdf")
    assert "respondió con un error" in found.notice.attachments[0].problem
