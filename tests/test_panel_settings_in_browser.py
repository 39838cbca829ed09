"""Ajustes Generales, the notices' ledger, parked messages and the dialogs of Herramientas, in a real browser under axe."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ispbot_launcher.running import Running
from tests.conftest import PATIENCE_MS
from tests.staff import PASSWORD, administrator
from tests.test_panel_in_browser import check

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

SCREENS = {
    "ajustes": "/ajustes",
    "integraciones": "/ajustes/integraciones",
    "avisos-ajustes": "/ajustes/avisos",
    "avisos": "/avisos",
    "apartados": "/herramientas/apartados",
}


async def logged_in(browser: Browser, running: Running, **options: object) -> BrowserContext:
    api = await administrator(running)
    cookies = [{"name": one.name, "value": one.value or "", "url": running.panel_url} for one in api.http.cookies.jar]
    await api.http.aclose()
    context = await browser.new_context(
        base_url=running.panel_url, locale="es-AR", bypass_csp=True, **{"viewport": {"width": 1440, "height": 900}} | options
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    await context.add_cookies(cookies)
    return context


@pytest.fixture
async def page(browser: Browser, running: Running) -> AsyncIterator[Page]:
    context = await logged_in(browser, running)
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_settings_screen_has_a_serious_accessibility_fault(
    browser: Browser, running: Running, scheme: str, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    context = await logged_in(browser, running, color_scheme=scheme, viewport=viewport)
    page = await context.new_page()
    faults, noise = {}, []
    page.on("pageerror", lambda error: noise.append(str(error)))
    for name, path in SCREENS.items():
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await page.wait_for_load_state("networkidle")
        faults[name] = await check(page, f"{name}-{scheme}-{size[0]}")
        wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name} scrolls sideways by {wider} px"
    for vendor in ("ISPCube", "ISPBrain"):
        await page.goto("/ajustes/integraciones")
        await page.get_by_text(vendor, exact=True).first.click()
        faults[vendor] = await check(page, f"{vendor}-{scheme}-{size[0]}")
    assert {name: found for name, found in faults.items() if found} == {}
    assert noise == []
    await context.close()


async def test_the_connection_is_tried_before_it_is_saved_and_changes_are_not_lost_by_accident(page: Page) -> None:
    await page.goto("/ajustes")
    await page.get_by_role("link", name="Integraciones ISP").click()
    await expect(page.get_by_role("textbox", name="Token API")).to_have_attribute(
        "placeholder", "Guardado, escribí para cambiar"
    )
    await page.get_by_role("button", name="Probar Conexión").click()
    await expect(page.get_by_test_id("crm-test")).to_contain_text("Conexión correcta")
    await page.get_by_role("textbox", name="Token API").fill("un-token-equivocado")
    await page.get_by_role("button", name="Probar Conexión").click()
    await expect(page.get_by_test_id("crm-test")).to_contain_text("token")
    await expect(page.get_by_text("La última prueba falló")).to_be_visible()
    await page.get_by_role("link", name="Regresar").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("¿Salir sin guardar?")
    await dialog.get_by_role("button", name="Seguir editando").click()
    await page.get_by_role("button", name="Descartar cambios").click()
    area = page.get_by_label("Código de área por defecto")
    for code in ("3543", "351"):
        await area.fill(code)
        await page.get_by_role("button", name="Guardar", exact=True).click()
        await expect(page.get_by_text("Tenés cambios sin guardar")).to_be_hidden()
        await page.reload()
        await expect(area).to_have_value(code)
    await page.get_by_role("link", name="Regresar").click()
    await expect(page.get_by_role("heading", name="Ajustes Generales")).to_be_visible()


@pytest.fixture
async def own_system(running: Running) -> AsyncIterator[None]:
    """Put the demo's own system back after a test chose another one."""
    api = await administrator(running)
    before = (await api.get("/api/settings/crm"))["form"]
    yield
    now = await api.get("/api/settings/crm")
    body = {"form": before, "revision": now["revision"], "company_revision": now["company_revision"]}
    await api.send("PUT", "/api/settings/crm", body)
    await api.http.aclose()


async def choose(page: Page, vendor: str) -> None:
    """Choose a system that is set up, try it, save it, and see that it is the one in use."""
    await page.goto("/ajustes/integraciones")
    await page.get_by_text(vendor, exact=True).first.click()
    await page.get_by_role("button", name="Probar Conexión").click()
    await expect(page.get_by_test_id("crm-test")).to_contain_text(f"Conexión correcta con {vendor}")
    await save(page)
    await expect(page.get_by_role("heading", name=f"Qué puede hacer {vendor} acá")).to_be_visible()


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Guardar", exact=True).click()
    await expect(page.get_by_text("No hay cambios para guardar.").first).to_be_visible()


async def says(page: Page, capability: str, *words: str) -> None:
    row = page.get_by_role("row", name=capability)
    for word in words:
        await expect(row).to_contain_text(word)


@pytest.mark.usefixtures("own_system")
async def test_ispcube_is_tried_saved_and_says_what_it_can_not_do_and_why(page: Page) -> None:
    await choose(page, "ISPCube")
    await says(page, "Crear tickets", "Disponible")
    await says(page, "Registrar interesados", "No disponible", "ISPCube no recibe interesados", "tickets de ventas")
    await expect(page.get_by_role("heading", name="Consultas a ISPCube")).to_be_visible()
    category = page.get_by_label("Categoría de los tickets")
    await category.fill("")
    await save(page)
    await says(page, "Crear tickets", "No disponible", "Falta la categoría", "Hacen falta los tres números")
    await page.reload()
    await expect(category).to_have_value("")


@pytest.mark.usefixtures("own_system")
async def test_ispbrains_templates_are_checked_saved_and_turn_functions_on_and_off(page: Page) -> None:
    await choose(page, "ISPBrain")
    await says(page, "Registrar promesas de pago", "Disponible")
    await says(page, "Enviar un enlace de pago", "No disponible", "No se conoce")
    await page.get_by_role("button", name="Mostrar Avanzado").click()
    promise = page.get_by_role("group", name="Promesa de pago")
    body = promise.get_by_label("Cuerpo")
    good = await body.input_value()
    for wrong, told in (("{", "No es un objeto JSON"), ('{"a": "{id}"}', "Falta {date}.")):
        await body.fill(wrong)
        await page.get_by_role("button", name="Guardar", exact=True).click()
        await expect(promise).to_contain_text(told)
        await expect(page.get_by_role("alert").first).to_be_visible()
    await body.fill(good)
    await promise.get_by_label("Ruta").fill("")
    await save(page)
    await says(
        page, "Registrar promesas de pago", "No disponible", "Falta configurar la plantilla de promesa", "Avanzado"
    )
    assert await check(page, "ispbrain-avanzado") == []


async def test_an_integrations_token_is_shown_once(page: Page) -> None:
    await page.goto("/ajustes/avisos")
    await page.get_by_role("button", name="Crear integración").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Nombre").fill("MikroWisp de prueba")
    await dialog.get_by_role("button", name="Crear integración").click()
    await expect(dialog).to_contain_text("Copiá el token ahora")
    token = await dialog.locator("code").inner_text()
    assert len(token) >= 40
    assert await check(page, "token") == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_contain_text(token)
    await dialog.get_by_role("button", name="Ya lo guardé").click()
    await expect(page.get_by_text("MikroWisp de prueba", exact=True)).to_be_visible()
    await expect(dialog).to_have_count(0)
    assert token not in await page.content()
    await page.get_by_role("button", name="Revocar MikroWisp de prueba").click()
    await page.get_by_role("dialog").get_by_role("button", name="Revocar").click()
    await expect(page.get_by_text("MikroWisp de prueba", exact=True)).to_be_hidden()


async def test_alerts_are_in_sight_on_a_phone_and_none_of_their_words_is_cut_off(
    browser: Browser, running: Running
) -> None:
    context = await logged_in(browser, running, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto("/ajustes")
    await page.get_by_role("button", name="alerta del sistema").click()
    await expect(page.get_by_text("Qué hacer:")).to_be_in_viewport(ratio=1)
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"scrolls sideways by {wider} px"
    assert await check(page, "alerts-phone") == []
    await context.close()


async def test_the_connection_is_tried_beside_its_credentials_on_a_phone(browser: Browser, running: Running) -> None:
    context = await logged_in(browser, running, viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await page.goto("/ajustes/integraciones")
    tops = [await top_of(page, name) for name in ("Credenciales de la API", "Probar Conexión", "Funciones opcionales")]
    assert tops == sorted(tops)
    await context.close()


async def top_of(page: Page, title: str) -> float:
    box = await page.get_by_role("heading", name=title).bounding_box()
    assert box is not None
    return box["y"]


async def test_emergency_texts_are_saved_and_the_restart_asks_first(page: Page) -> None:
    await page.goto("/herramientas")
    text = page.get_by_label("Mensaje de emergencia para todos")
    await text.fill("Corte de fibra en la zona norte. Ya estamos trabajando.")
    await page.get_by_role("button", name="Guardar mensaje").click()
    await expect(page.get_by_text("Guardado").first).to_be_visible()
    await page.reload()
    await expect(text).to_have_value("Corte de fibra en la zona norte. Ya estamos trabajando.")
    await page.get_by_role("button", name="Reiniciar Bot").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("No hace falta escanear el QR")
    assert await check(page, "restart") == []
    await dialog.get_by_role("button", name="Volver").click()
    await expect(dialog).to_be_hidden()


async def test_the_pair_code_dialog_opens_and_checks_the_number(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("button", name="Vincular con el número de teléfono").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Número de WhatsApp Business").fill("123")
    await dialog.get_by_role("button", name="Pedir código").click()
    await expect(dialog).to_contain_text("Escribí el número completo")
    assert await check(page, "pair-code") == []


async def test_a_throttled_login_counts_down(browser: Browser, running: Running) -> None:
    await (await administrator(running)).http.aclose()
    context = await browser.new_context(base_url=running.panel_url, locale="es-AR", bypass_csp=True)
    page = await context.new_page()
    await page.goto("/")
    submit = page.locator("button[type=submit]")
    for _ in range(12):
        await page.get_by_label("Usuario").fill("nadie")
        await page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
        async with page.expect_response("**/api/login") as answered:
            await submit.click()
        if (await answered.value).status == 429:
            break
    await expect(submit).to_contain_text("Esperá")
    await expect(submit).to_be_disabled()
    assert await check(page, "throttled") == []
    await context.close()
