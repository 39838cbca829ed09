"""Files: only what WhatsApp takes goes up, only safe things come down, only to those who may see the conversation."""

import hashlib
import io
import zipfile

import pytest

from ispbot_contracts.common import AgentRef
from ispbot_contracts.content import MediaContent, MediaInfo
from ispbot_contracts.tickets import ReplyToTicket
from ispbot_panel_api.failures import Failure
from ispbot_panel_api.media.kinds import LIMITS, clean_name, recognise
from ispbot_panel_api.media.serve import disposition, safe_type
from ispbot_runtime.media import MediaMissing

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 64
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"\0" * 64
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" + b"\0" * 64
EXE = b"MZ\x90\x00" + b"\0" * 64
MP4 = bytes.fromhex("00000018667479706d703432000000006d70343269736f6d") + b"\0" * 64
HTML = b"<html><script>alert(1)</script>"
CLIENT = "01JD0000000000000000000000"


def docx() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("hola.txt", "hola")
    return held.getvalue()


@pytest.fixture
async def ana(panel, desk, make_ticket):
    user, token = await panel.enrol("operator", "soporte", name="Ana")
    desk.add(make_ticket(status="in_progress", assignee=user.ref))
    async with panel.client(token) as browser:
        browser.user = user
        yield browser


@pytest.mark.parametrize(
    ("data", "name", "kind", "mime"),
    [
        (PNG, "foto.png", "image", "image/png"), (JPEG, "foto.txt", "image", "image/jpeg"), (PDF, "factura.pdf", "document", "application/pdf"),
        (MP4, "v.mp4", "video", "video/mp4"), ("Señal: ok".encode(), "log.txt", "document", "text/plain"),
        (docx(), "carta.docx", "document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)  # fmt: skip
def test_the_bytes_decide_what_a_file_is(data, name, kind, mime):
    what = recognise(data, name=name, size=len(data))
    assert (what.kind, what.mime) == (kind, mime)


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (EXE, "factura.pdf", 415), (PNG, "foto.exe", 415), (HTML, "aviso.html", 415), (HTML, "aviso.txt.htm", 415),
        (b"\x01\x02\x03\x04" * 9, "raro.txt", 415), (b"\0\0abc", "a.csv", 415), (b"", "vacio.png", 422),
    ],
)  # fmt: skip
def test_programs_pages_and_unknown_bytes_are_refused(data, name, status):
    with pytest.raises(Failure) as caught:
        recognise(data, name=name, size=len(data))
    assert caught.value.status == status


def test_each_kind_has_its_own_size_limit():
    for data, name, kind in ((PNG, "a.png", "image"), (MP4, "a.mp4", "video"), (PDF, "a.pdf", "document")):
        assert recognise(data, name=name, size=LIMITS[kind]).kind == kind
        with pytest.raises(Failure) as caught:
            recognise(data, name=name, size=LIMITS[kind] + 1)
        assert (caught.value.status, f"{LIMITS[kind] // 2**20} MB" in caught.value.message) == (413, True)


def test_file_names_lose_folders_and_control_characters():
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name('C:\\x\\fac"tura\r\n.pdf') == 'fac"tura.pdf'
    assert clean_name("\u202e..") == "archivo"
    assert len(clean_name("a" * 400 + ".pdf")) == 120


def test_only_harmless_types_are_shown_and_names_can_not_break_the_header():
    assert [safe_type(mime) for mime in ("image/svg+xml", "text/html", "application/xhtml+xml", "IMAGE/PNG; x=1")] == [
        "application/octet-stream", "application/octet-stream", "application/octet-stream", "image/png",
    ]  # fmt: skip
    assert disposition("application/pdf", 'a"; x="ñ.pdf') == "attachment; filename*=UTF-8''a%22%3B%20x%3D%22%C3%B1.pdf"
    assert disposition("image/png", None).startswith("inline;")


async def test_an_upload_is_sent_by_its_owner_only(ana, panel, desk):
    uploaded = (await ana.post("/api/media", files={"file": ("luz.png", PNG, "text/html")})).json()
    assert (uploaded["kind"], uploaded["mime"], uploaded["size"]) == ("image", "image/png", len(PNG))
    body = {"client_id": CLIENT, "media_id": uploaded["media_id"], "caption": "¿Es esta?"}
    line = (await ana.post("/api/tickets/t1/reply", json=body)).json()
    assert (line["kind"], line["text"], line["media"]["state"]) == ("image", "¿Es esta?", "stored")
    [asked] = desk.asked_for(ReplyToTicket)
    assert asked.content.media.object_key == hashlib.sha256(PNG).hexdigest()
    _, token = await panel.enrol("supervisor")
    async with panel.client(token) as other:
        refused = await other.post("/api/tickets/t1/reply", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "upload_not_found")


async def test_a_refused_upload_says_why(ana):
    answer = await ana.post("/api/media", files={"file": ("virus.exe", EXE)})
    assert (answer.status_code, answer.json()["field"]) == (415, "file")
    assert "programas" in answer.json()["message"]


@pytest.fixture
def line_with(desk, make_line, media_store):
    async def add(data, mime, name, ticket_id="t1"):
        info = await media_store.put(data, mime=mime, name=name)
        content = MediaContent(kind="document", media=info)
        desk.lines["m1"] = make_line(content=content, media_state="stored", ticket_id=ticket_id)

    return add


async def test_a_page_sent_by_a_customer_can_only_be_downloaded_as_bytes(ana, line_with):
    await line_with(HTML, "text/html", "hola.html")
    answer = await ana.get("/api/media/m1")
    assert answer.content == HTML
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    again = await ana.get("/api/media/m1", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_large_file_comes_whole_and_in_parts(ana, line_with):
    data = bytes(range(256)) * 4096 * 2
    await line_with(data, "video/mp4", "v.mp4")
    whole = await ana.get("/api/media/m1")
    assert (whole.content == data, whole.headers["content-length"]) == (True, str(len(data)))
    for wanted, first, last in (("bytes=1000000-1000009", 1000000, 1000009), ("bytes=-5", len(data) - 5, len(data) - 1), ("bytes=2097150-", 2097150, 2097151)):  # fmt: skip
        part = await ana.get("/api/media/m1", headers={"Range": wanted})
        assert (part.status_code, part.content) == (206, data[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(data)}"
    assert (await ana.get("/api/media/m1", headers={"Range": "bytes=99999999-"})).status_code == 416


async def test_only_those_who_may_see_the_conversation_get_its_files(panel, ana, desk, line_with, make_ticket):
    await line_with(PNG, "image/png", "a.png")
    assert (await ana.get("/api/media/m1")).status_code == 200
    _, token = await panel.enrol("operator", "ventas")
    async with panel.client(token) as stranger:
        assert (await stranger.get("/api/media/m1")).json()["code"] == "ticket_not_visible"
    desk.add(make_ticket(status="closed", assignee=ana.user.ref))
    assert (await ana.get("/api/media/m1")).status_code == 200
    desk.add(make_ticket(status="in_progress", assignee=AgentRef(id="b", name="B")))
    assert (await ana.get("/api/media/m1")).status_code == 403
    await line_with(PNG, "image/png", "a.png", ticket_id=None)
    assert (await ana.get("/api/media/m1")).status_code == 403


async def test_a_file_that_is_gone_is_said_so(ana, desk, make_line, media_store):
    content = MediaContent(kind="image", media=MediaInfo(mime="image/png", object_key="0" * 64))
    desk.lines["m1"] = make_line(content=content, media_state="stored")
    answer = await ana.get("/api/media/m1")
    assert (answer.status_code, answer.json()["message"]) == (404, "El archivo ya no está guardado.")
    with pytest.raises(MediaMissing):
        await media_store.open("0" * 64)
