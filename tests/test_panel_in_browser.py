"""The panel in real browsers: the whole story with phones and an operator, and every screen under axe."""

import base64
import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ispbot_launcher.running import Running
from ispbot_runtime.testing import eventually
from ispbot_sims.wa_network.client.linking import link
from ispbot_sims.wa_network.client.network import WaNetworkClient
from tests.conftest import PATIENCE_MS
from tests.staff import PASSWORD, Panel, administrator

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(240)]

CUSTOMER = "5493515550001"
OPERATOR_FIRST = "Clave-provisoria-1"
OPERATOR_PASSWORD = "Otra-clave-larga-9"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNk+M9AEmAiTfmohlENQ0kDAD6zAR9pc9S0AAAAAElFTkSuQmCC"
)


async def open_context(browser: Browser, base: str) -> BrowserContext:
    context = await browser.new_context(base_url=base, locale="es-AR", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    return context


async def log_in(page: Page, username: str, password: str) -> None:
    await page.goto("/")
    await page.get_by_label("Usuario").fill(username)
    await page.get_by_label("Contraseña", exact=True).fill(password)
    await page.get_by_role("button", name="Ingresar").click()


async def choose_password(page: Page, current: str, new: str) -> None:
    await expect(page.get_by_text("Elegí tu contraseña")).to_be_visible()
    await page.get_by_label("Contraseña actual", exact=True).fill(current)
    await page.get_by_label("Contraseña nueva", exact=True).fill(new)
    await page.get_by_label("Repetí la contraseña nueva", exact=True).fill(new)
    await page.get_by_role("button", name="Guardar contraseña").click()


class PhonePage:
    """A customer's phone in the browser."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    async def be(self, number: str) -> None:
        await self.page.goto(f"{self.url}/?phone={number}")
        await expect(self.page.get_by_test_id("phone-input")).to_be_visible()

    async def scan_as_business(self) -> None:
        await self.page.goto(self.url)
        await self.page.get_by_test_id("tab-owner").click()
        await self.page.get_by_test_id("scan-qr-business").first.click()

    async def say(self, text: str) -> None:
        await self.page.get_by_test_id("phone-input").fill(text)
        await self.page.get_by_test_id("phone-send").click()

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_test_id("bubble-in").filter(has_text=text).last).to_be_visible()

    async def asks(self, text: str, answer: str) -> None:
        """Write and wait for one new message that holds ``answer``."""
        bubbles = self.page.get_by_test_id("bubble-in")
        before = await bubbles.count()
        await self.say(text)
        await expect(bubbles).to_have_count(before + 1)
        await expect(bubbles.last).to_contain_text(answer)

    async def count(self) -> int:
        return await self.page.get_by_test_id("bubble-in").count()


async def change_mode(page: Page, name: str) -> None:
    await page.goto("/herramientas")
    await page.get_by_role("button", name=f"Activar {name}").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Qué cambia ahora mismo")
    await dialog.get_by_role("button", name="Sí, cambiar modo").click()
    await expect(dialog).to_be_hidden()


async def picture(page: Page, name: str) -> None:
    """Keep a picture when asked to (docs and reviews)."""
    folder = os.environ.get("ISPBOT_PICTURES")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def test_the_whole_story(browser: Browser, running: Running, tmp_path: Path) -> None:
    office = await open_context(browser, running.panel_url)
    admin = await office.new_page()

    # The administrator logs in and must change the first password.
    await log_in(admin, "admin", "admin")
    await choose_password(admin, "admin", PASSWORD)

    # The dashboard shows the QR; the company's phone scans it.
    await expect(admin.get_by_test_id("qr-code")).to_be_visible()
    await picture(admin, "dashboard-qr")
    mobile = await open_context(browser, running.phone_url)
    phone = PhonePage(await mobile.new_page(), running.phone_url)
    await phone.scan_as_business()
    await expect(admin.get_by_text("Conectado").first).to_be_visible()

    # A customer asks the balance and gets it with the invoice's PDF.
    await phone.be(CUSTOMER)
    await phone.asks("hola", "Nélida")
    await phone.asks("saldo", "18.500")
    await phone.asks("factura", ".pdf")
    await picture(phone.page, "phone")

    # They ask for a person; an operator in a second browser takes the ticket.
    api = await administrator(running)
    await api.send(
        "POST", "/api/users",
        {"username": "ana", "name": "Ana Gutiérrez", "password": OPERATOR_FIRST, "role": "operator", "departments": ["soporte", "administracion"]},
        expect=201,
    )  # fmt: skip
    await phone.say("desde anoche no tengo internet")
    await phone.say("asesor")
    desk = await open_context(browser, running.panel_url)
    operator = await desk.new_page()
    await log_in(operator, "ana", OPERATOR_FIRST)
    await choose_password(operator, OPERATOR_FIRST, OPERATOR_PASSWORD)
    row = operator.get_by_test_id("queue-row").filter(has_text="Nélida Correa")
    await expect(row).to_be_visible()
    await row.click()
    await operator.get_by_role("button", name="Tomar ticket").click()
    await expect(operator.get_by_role("button", name="Cerrar ticket")).to_be_visible()
    await expect(operator.get_by_label("Datos del cliente").get_by_text("18.500").first).to_be_visible()

    # The operator answers with words and a picture; the customer sees both, and the ticks turn.
    await operator.get_by_label("Mensaje", exact=True).fill(
        "Hola Nélida, soy Ana. Te mando cómo tienen que estar las luces."
    )
    await operator.keyboard.press("Enter")
    await phone.sees("soy Ana")
    lights = tmp_path / "luces.png"
    lights.write_bytes(PICTURE)
    await operator.locator("input[type=file]").set_input_files(str(lights))
    await operator.get_by_role("button", name="Enviar", exact=True).click()
    await expect(phone.page.get_by_test_id("bubble-in").locator("img").last).to_be_visible()
    before = await phone.count()
    await phone.say("gracias!")
    await expect(operator.get_by_test_id("message-bubble").filter(has_text="gracias!")).to_be_visible()
    assert await phone.count() == before, "the bot must be silent while a person attends"
    await picture(operator, "omnichat")

    # The operator closes the ticket; the bot is back.
    await operator.get_by_role("button", name="Cerrar ticket").click()
    dialog = operator.get_by_role("dialog")
    await dialog.get_by_label("Comentario de cierre").fill("Era un conector flojo")
    await dialog.get_by_role("button", name="Cerrar ticket").click()
    await expect(dialog).to_be_hidden()
    await phone.sees("cerramos")
    await phone.asks("saldo", "18.500")

    # The same customer under the other modes.
    before = await phone.count()
    await change_mode(admin, "Solo gateway")
    await phone.say("hola, hay alguien?")
    await change_mode(admin, "Emergencia")
    await phone.asks("hola, y ahora?", "problemas técnicos")
    await expect(admin.get_by_text("Todos los clientes reciben el mensaje de emergencia")).to_be_visible()
    await change_mode(admin, "Detenido")
    await phone.say("hola?")
    await change_mode(admin, "Modo completo")
    await phone.asks("menú", "Mi cuenta y facturas")
    assert await phone.count() == before + 2, "under GATEWAY_ONLY and STOPPED nothing was answered"
    await api.http.aclose()


AXE = Path(__file__).parents[1] / "panel" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => `${found.id}: ${found.nodes.map(node => node.target.join(" ")).slice(0, 3).join(" | ")}`)"""


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_screen_has_a_serious_accessibility_fault(
    browser: Browser, running: Running, net, scheme, size
) -> None:
    api = await administrator(running)
    ticket = await attended_ticket(net, api)
    cookies = [
        {"name": cookie.name, "value": cookie.value or "", "url": running.panel_url} for cookie in api.http.cookies.jar
    ]
    context = await browser.new_context(
        base_url=running.panel_url, locale="es-AR", color_scheme=scheme, bypass_csp=True,
        viewport={"width": size[0], "height": size[1]},
    )  # fmt: skip
    page = await context.new_page()
    faults, noise = {}, []
    page.on("pageerror", lambda error: noise.append(str(error)))
    await page.goto("/")
    await expect(page.get_by_label("Usuario")).to_be_visible()
    faults["login"] = await check(page, f"login-{scheme}-{size[0]}")
    await context.add_cookies(cookies)
    screens = {
        "inicio": "/",
        "omnichat": "/omnichat",
        "ticket": f"/omnichat/{ticket}?vista=mine",
        "herramientas": "/herramientas",
    }
    for name, path in screens.items():
        await page.goto(path)
        await expect(page.get_by_role("main")).to_be_visible()
        await page.wait_for_load_state("networkidle")
        faults[name] = await check(page, f"{name}-{scheme}-{size[0]}")
        wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} scrolls sideways by {wider} px"
    assert {name: found for name, found in faults.items() if found} == {}
    assert noise == []
    await context.close()
    await api.http.aclose()


async def attended_ticket(net: WaNetworkClient, api: Panel) -> str:
    """Return a ticket in progress with something of everything in its conversation."""
    rows = (await api.get("/api/tickets", view="in_progress"))["rows"]
    if rows:
        return rows[0]["id"]
    await link(net)
    phone = net.phone("5493515550003")
    await phone.say("hola")
    await phone.expect("Rubén", timeout_s=20)
    await phone.say("asesor")
    await phone.expect("Te responde una persona", timeout_s=20)
    await phone.say("Ya transferí, ¿cuándo me *reactivan* el servicio?")
    await phone.send_file(PICTURE, "image/png", kind="image", caption="mi comprobante")
    await phone.send_location(-31.4167, -64.1833)

    async def waiting() -> bool:
        rows[:] = (await api.get("/api/tickets", view="pending"))["rows"]
        return bool(rows)

    await eventually(waiting, timeout_s=20)
    await api.send("POST", f"/api/tickets/{rows[0]['id']}/take")
    body = {"client_id": "01JTESTSCREENS000000000001", "text": "Hola Rubén, ya lo veo."}
    await api.send("POST", f"/api/tickets/{rows[0]['id']}/reply", body)
    return rows[0]["id"]


async def check(page: Page, name: str) -> list[str]:
    await picture(page, name)
    await page.add_script_tag(path=str(AXE))
    return await page.evaluate(SERIOUS)
