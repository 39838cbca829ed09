"""The phone page in real Chromium."""

import contextlib
import re
import shutil

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from ispbot_sims.isp.town import ZONES
from ispbot_sims.wa_network.app import PAGE_DIR
from ispbot_sims.wa_network.client import LinkedDevice, WaNetworkClient
from ispbot_sims.wa_network.testing import linked_world, serve_network

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

NELIDA = "5493515550001"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser():
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


@contextlib.asynccontextmanager
async def opened(browser: Browser, url: str, *, width=1280, height=800, scheme="light"):
    """The page in a fresh profile; anything on the console as error or a page error fails the test."""
    problems: list[str] = []
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="es-AR"
    )
    page = await context.new_page()
    page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(url)
    await page.locator("html[data-ready]").wait_for()
    yield page
    await context.close()
    assert problems == []


async def attach(page: Page, what: str) -> None:
    await page.get_by_test_id("attach").click()
    await page.get_by_test_id(what).click()


async def test_the_owner_scans_the_qr_sees_the_device_and_unlinks_it(tmp_path, browser):
    async with serve_network(tmp_path) as server, LinkedDevice(server.url) as fresh:
        await fresh.expect("qr")
        async with opened(browser, f"{server.url}/?tab=owner") as page:
            await expect(page.get_by_test_id("owner-qr")).to_be_visible()
            await page.get_by_test_id("scan-qr-business").click()
            success = await fresh.expect("pair_success")
            assert success["account"]["platform"] == "smba"
            async with LinkedDevice(server.url, success["credentials"]) as device:
                await expect(page.get_by_test_id("linked-device")).to_contain_text("conectado")
                await expect(page.get_by_test_id("owner-no-qr")).to_be_visible()
                await page.get_by_test_id("unlink").click()
                await page.get_by_test_id("dialog-ok").click()
                await device.expect("logged_out")
                await expect(page.get_by_test_id("no-devices")).to_be_visible()


async def test_the_owner_can_scan_with_a_regular_account_or_type_the_code(tmp_path, browser):
    async with serve_network(tmp_path) as server, opened(browser, f"{server.url}/?tab=owner") as page:
        await expect(page.get_by_test_id("scan-qr-business")).to_be_disabled()
        async with LinkedDevice(server.url) as fresh:
            await fresh.expect("qr")
            await page.get_by_test_id("scan-qr-regular").click()
            assert (await fresh.expect("pair_success"))["account"]["platform"] == "android"
        async with LinkedDevice(server.url) as fresh:
            await fresh.expect("qr")
            code = (await fresh.ask("pair_phone", phone="5493515550100"))["code"]
            await page.get_by_test_id("pair-code-input").fill(code)
            await page.get_by_test_id("pair-code-send").click()
            assert (await fresh.expect("pair_success"))["account"]["platform"] == "smba"


async def test_a_customer_writes_with_the_keyboard_and_reads_the_answer(tmp_path, browser):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida Correa", story="debe una factura")
        async with opened(browser, f"{world.url}/?phone={NELIDA}") as page:
            await expect(page.get_by_test_id(f"person-{NELIDA}")).to_contain_text("debe una factura")
            await page.get_by_test_id("phone-input").press_sequentially("hola")
            assert (await world.device.expect("typing"))["state"] == "composing"
            await page.keyboard.press("Enter")
            info = (await world.device.expect("message"))["info"]
            await world.device.write("mark_read", chat=info["chat"], ids=[info["id"]])
            await expect(page.get_by_test_id("tick")).to_have_attribute("data-tick", "read")

            await world.device.write("typing", chat=info["chat"], state="composing")
            await expect(page.get_by_test_id("chat-state")).to_have_text("escribiendo…")
            sent = await world.device.send(info["chat"], "Su saldo es *$10*\n<b>no es html</b>")
            answer = page.get_by_test_id("bubble-in")
            await expect(answer.locator("strong")).to_have_text("$10")
            await expect(answer).to_contain_text("<b>no es html</b>")
            read = await world.device.expect("receipt", lambda r: r["type"] == "read")
            assert read["ids"] == [sent["message_id"]]


async def test_a_customer_attaches_answers_reacts_edits_and_deletes(tmp_path, browser):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).say("buenas")
        chat = (await world.device.expect("message"))["info"]["chat"]
        await world.device.send(chat, "¿En qué le ayudo?")
        async with opened(browser, f"{world.url}/?phone={NELIDA}") as page:

            async def next_content():
                return (await world.device.expect("message"))["content"]

            await page.get_by_test_id("attach-image-input").set_input_files(
                {"name": "f.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
            )
            image = await next_content()
            assert (image["kind"], image["media"]["mime"]) == ("image", "image/png")
            await page.get_by_test_id("attach-document-input").set_input_files(
                {"name": "p.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
            )
            assert (await next_content())["file_name"] == "p.pdf"
            await attach(page, "attach-receipt")
            await page.get_by_test_id("dialog-ok").click()
            receipt = await next_content()
            assert (receipt["media"]["mime"], receipt["media"]["file_length"] > 10_000) == ("image/jpeg", True)
            await attach(page, "attach-location")
            await page.get_by_test_id("location-place").select_option(label="Fuera de cobertura")
            await page.get_by_test_id("dialog-ok").click()
            place = await next_content()
            assert (place["latitude"], place["longitude"]) == (-31.8, -64.6)
            await attach(page, "attach-contact")
            await page.get_by_test_id("dialog-ok").click()
            assert (await next_content())["kind"] == "contacts"

            theirs = page.get_by_test_id("bubble-in")
            await theirs.hover()
            await theirs.get_by_label("Acciones").click()
            await page.get_by_test_id("react-👍").click()
            assert (await next_content())["emoji"] == "👍"
            await expect(page.get_by_test_id("reactions")).to_have_text("👍")
            await theirs.hover()
            await theirs.get_by_label("Acciones").click()
            await page.get_by_test_id("action-reply").click()
            await page.get_by_test_id("phone-input").fill("mi factur")
            await page.get_by_test_id("phone-send").click()
            reply = await world.device.expect("message")
            assert reply["info"]["quoted"]["text"] == "¿En qué le ayudo?"

            mine = page.get_by_test_id("bubble-out").last
            await mine.hover()
            await mine.get_by_label("Acciones").click()
            await page.get_by_test_id("action-edit").click()
            await page.get_by_test_id("phone-input").fill("mi factura")
            await page.keyboard.press("Enter")
            assert (await next_content())["text"] == "mi factura"
            await expect(mine).to_contain_text("editado")
            await mine.hover()
            await mine.get_by_label("Acciones").click()
            await page.get_by_test_id("action-delete").click()
            assert (await next_content())["kind"] == "revoke"
            await expect(mine).to_contain_text("Se eliminó este mensaje")


async def test_the_switches_hide_the_number_and_turn_the_phone_off(tmp_path, browser):
    async with linked_world(tmp_path) as world, opened(browser, f"{world.url}/?phone={NELIDA}") as page:
        await page.get_by_test_id("phone-menu").click()
        await page.get_by_test_id("toggle-hide-number").click()
        await expect(page.locator("#identity-state")).to_have_text("número oculto")
        await page.get_by_test_id("phone-menu").click()
        await page.get_by_test_id("toggle-offline").click()
        await expect(page.get_by_test_id("chat-state")).to_have_text("modo avión")
        await page.get_by_test_id("phone-input").fill("hola")
        await page.get_by_test_id("phone-send").click()
        await expect(page.get_by_test_id("tick")).to_have_attribute("data-tick", "pending")
        await page.get_by_test_id("phone-menu").click()
        await page.get_by_test_id("toggle-offline").click()
        await expect(page.get_by_test_id("tick")).to_have_attribute("data-tick", "delivered")
        assert (await world.device.expect("message"))["info"]["sender_alt"] is None


async def test_a_visitor_can_be_any_number_and_sees_who_has_news(tmp_path, browser):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida Correa", story="debe una factura")
        async with opened(browser, f"{world.url}/?phone={NELIDA}") as page:
            await page.get_by_test_id("phone-select").select_option(label="Otro número…")
            await page.get_by_test_id("other-number").fill("+54 9 351 555-9999")
            await page.get_by_test_id("dialog-ok").click()
            await expect(page).to_have_url(re.compile(r"phone=5493515559999$"))
            await page.get_by_test_id("phone-input").fill("hola")
            await page.keyboard.press("Enter")
            assert (await world.device.expect("message"))["info"]["sender_alt"] == "5493515559999@s.whatsapp.net"
            await world.device.send(f"{NELIDA}@s.whatsapp.net", "para Nélida")
            await expect(page.get_by_test_id(f"person-{NELIDA}").locator(".unread")).to_have_text("1")
            await page.get_by_test_id("phone-select").select_option(NELIDA)
            await expect(page.get_by_test_id("bubble-in")).to_contain_text("para Nélida")


async def test_an_estado_is_shown_and_seen(tmp_path, browser):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).configure(name="Nélida")
        async with opened(browser, f"{world.url}/?phone={NELIDA}&tab=status") as page:
            await expect(page.get_by_test_id("no-statuses")).to_be_visible()
            await world.device.send(
                "status@broadcast", {"kind": "status_text", "text": "Promo", "background_argb": 0xFF7A1E5C}
            )
            estado = page.get_by_test_id("status").get_by_role("button")
            await expect(estado).to_have_css("background-color", "rgb(122, 30, 92)")
            await estado.click()
            assert (await world.device.expect("receipt"))["chat"] == "status@broadcast"


async def test_the_page_comes_back_after_the_network_was_away(tmp_path, browser):
    async with linked_world(tmp_path) as world, opened(browser, f"{world.url}/?phone={NELIDA}") as page:
        await page.evaluate("window.dispatchEvent(new Event('offline'))")
        for listener in list(world.network.hub._subscriptions):
            listener.lagging = True
            listener._wake.set()
        await expect(page.locator("#identity-state")).to_have_text("sin red…")
        async with WaNetworkClient(world.url) as elsewhere:
            await elsewhere.phone(NELIDA).say("desde otro lado")
        await expect(page.get_by_test_id("bubble-out")).to_contain_text("desde otro lado")
        await expect(page.locator("#identity-state")).to_have_text("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_narrow_screen_the_phone_fills_it_and_nothing_sticks_out(tmp_path, browser, scheme):
    async with linked_world(tmp_path) as world:
        await world.net.phone(NELIDA).say("hola " * 60 + "https://example.com/" + "a" * 200)
        chat = (await world.device.expect("message"))["info"]["chat"]
        await world.device.send(chat, "respuesta " * 40)
        async with opened(browser, f"{world.url}/?phone={NELIDA}", width=390, height=844, scheme=scheme) as page:
            await expect(page.get_by_test_id("bubble-in")).to_be_in_viewport()
            frame = await page.locator(".frame").bounding_box()
            assert frame == {"x": 0, "y": 0, "width": 390, "height": 844}
            for tab in ("tab-chat", "tab-status", "tab-owner"):
                await page.get_by_test_id(tab).click()
                assert await page.evaluate("document.documentElement.scrollWidth") == 390
                wide = "[...document.querySelectorAll('.screen:not([hidden]) *')].filter(e => e.getBoundingClientRect().right > 391).map(e => e.className)"
                assert await page.evaluate(wide) == []


async def test_the_places_to_send_lie_where_the_demo_isp_says():
    source = (PAGE_DIR / "js" / "composer.js").read_text()
    places = {
        name: (float(lat), float(lng)) for lat, lng, name in re.findall(r'\["(-[\d.]+),(-[\d.]+)", "([^"]+)"\]', source)
    }
    found = {name: [zone.name for zone in ZONES if inside(zone.corners, point)] for name, point in places.items()}
    assert found == {zone.name: [zone.name] for zone in ZONES} | {"Fuera de cobertura": []}


def inside(corners, point):
    """Whether a point lies in a convex polygon: on the same side of all its edges."""
    turns = [
        (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
        for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]
    return all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)
