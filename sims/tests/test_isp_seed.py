"""Setting up the demo company."""

from datetime import date

from pydantic import SecretStr
from shapely.geometry import Point, Polygon

from ispbot_contracts.settings import SECTIONS, CompanySettings, CrmSettings, CrmVendor, ZonesSettings
from ispbot_sims.isp.demo_settings import demo_sections
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.seed import seed_settings

TODAY = date(2026, 11, 23)


def sections():
    return demo_sections(
        isp_url="http://127.0.0.1:8950", token="demo-token", groups={"Red Sur · Soporte": "1@g.us"}, today=TODAY
    )


async def test_a_new_company_gets_every_demo_section_and_a_second_run_changes_nothing(settings_store):
    written = await seed_settings(settings_store, sections())
    assert set(written) == {section.section for section in sections()} <= {section.section for section in SECTIONS}
    crm = await settings_store.read(CrmSettings)
    assert crm.value.mikrowisp.token == SecretStr("demo-token")
    assert await seed_settings(settings_store, sections()) == []
    assert (await settings_store.read(CrmSettings)).revision == crm.revision


async def test_the_demo_runs_on_another_vendors_api_as_well(settings_store):
    chosen = demo_sections(
        isp_url="http://127.0.0.1:8950", token="demo-token", groups={}, today=TODAY, vendor=CrmVendor.ISPCUBE
    )
    await seed_settings(settings_store, chosen)
    crm = (await settings_store.read(CrmSettings)).value
    assert (crm.vendor, crm.ispcube.username) == (CrmVendor.ISPCUBE, "chatbot")
    assert crm.ispcube.api_key.get_secret_value() == "3f0c9a52-7d1e-4b6a-9c55-1d2e3f4a5b6c"


async def test_what_an_administrator_wrote_is_left_alone(settings_store):
    await settings_store.write(CompanySettings(name="Mi Red"), revision=0)
    written = await seed_settings(settings_store, sections())
    assert "company" not in written
    assert (await settings_store.read(CompanySettings)).value.name == "Mi Red"


def test_the_demo_zones_contain_the_demo_customers():
    [zones] = [section for section in sections() if isinstance(section, ZonesSettings)]
    outlines = {zone.zone_id: Polygon([(point.lat, point.lng) for point in zone.perimeter]) for zone in zones.zones}
    for customer in demo_isp(TODAY).customers.values():
        for service in customer.services:
            assert outlines[customer.zone_id].contains(Point(service.position))
