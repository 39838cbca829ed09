"""Files in both directions, and how they fail."""

import hashlib

import httpx
import pytest

from ispbot_sims.wa_network.client import LinkedDevice
from ispbot_sims.wa_network.testing import linked_world

NELIDA = "5493515550001"
PHONE = f"{NELIDA}@s.whatsapp.net"
PHOTO = b"\xff\xd8\xff\xe0 a photo"


@pytest.mark.parametrize(
    ("kind", "mime", "fields"),
    [
        ("image", "image/jpeg", {"caption": "mi comprobante"}),
        ("document", "application/pdf", {"file_name": "pago.pdf"}),
        ("audio", "audio/ogg", {"ptt": True, "seconds": 4}),
        ("video", "video/mp4", {"seconds": 9}),
        ("sticker", "image/webp", {}),
    ],
)
async def test_a_file_of_the_customer_can_be_fetched_by_the_device(tmp_path, kind, mime, fields):
    async with linked_world(tmp_path) as world:
        media = await world.net.upload(PHOTO, mime)
        await world.net.phone(NELIDA).send({"kind": kind, "media": media, **fields})
        content = (await world.device.expect("message"))["content"]
        assert {name: content[name] for name in fields} == fields
        assert content["media"]["file_sha256"] == hashlib.sha256(PHOTO).hexdigest()
        answer = await world.device.download(content["media"]["direct_path"])
        assert (answer.content, answer.headers["content-type"]) == (PHOTO, mime)


async def test_the_customer_opens_what_the_company_sent(tmp_path):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        media = await world.device.upload(b"%PDF-1.4 factura", "application/pdf")
        await world.device.send(PHONE, {"kind": "document", "media": media, "file_name": "factura.pdf"})
        seen = await world.net.phone(NELIDA).expect(lambda m: m.kind == "document")
        assert seen.content["file_name"] == "factura.pdf"
        assert await world.net.download(seen.media_url or "") == b"%PDF-1.4 factura"


async def test_a_stranger_can_not_use_the_devices_media_address(tmp_path):
    async with linked_world(tmp_path) as world:
        media = await world.net.upload(PHOTO, "image/jpeg")
        stranger = LinkedDevice(world.url, {"device_id": world.credentials["device_id"], "secret": "guess"})
        assert (await stranger.download(media["direct_path"])).status_code == 401
        with pytest.raises(httpx.HTTPStatusError):
            await stranger.upload(PHOTO, "image/jpeg")


async def test_a_download_can_be_missing_once_and_corrupt_once(tmp_path):
    async with linked_world(tmp_path) as world:
        path = (await world.net.upload(PHOTO, "image/jpeg"))["direct_path"]
        await world.net.fault("media_missing", status=410)
        assert (await world.device.download(path)).status_code == 410
        await world.net.fault("media_corrupt")
        corrupt = await world.device.download(path)
        assert (len(corrupt.content), corrupt.content == PHOTO) == (len(PHOTO), False)
        await world.net.fault("media_slow", seconds=0.05)
        assert (await world.device.download(path)).content == PHOTO


async def test_an_expired_file_is_gone_and_an_unknown_one_was_never_there(tmp_path):
    async with linked_world(tmp_path) as world:
        media = await world.net.upload(PHOTO, "image/jpeg")
        await world.net.post(f"{media['url']}/expire", {})
        assert (await world.device.download(media["direct_path"])).status_code == 410
        assert (await world.device.download("/link/files/nothing")).status_code == 404


async def test_a_page_file_that_could_run_is_only_ever_saved(tmp_path):
    async with linked_world(tmp_path) as world, httpx.AsyncClient(base_url=world.url, trust_env=False) as http:
        for mime, shown in (("image/png", "inline"), ("text/html", "attachment"), ("image/svg+xml", "attachment")):
            media = await world.net.upload(b"<script>", mime)
            answer = await http.get(media["url"], params={"name": "archivo"})
            assert answer.headers["content-disposition"].startswith(shown)
            assert answer.headers["x-content-type-options"] == "nosniff"
