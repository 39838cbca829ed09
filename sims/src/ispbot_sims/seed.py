"""``python -m ispbot_sims.seed``: set up the demo company, touching nothing that somebody has set already.

Writes the settings sections that were never written, and puts the demo's people and notification groups into the WhatsApp
stand-in. Running it again changes nothing.
"""

import argparse
import asyncio
from datetime import date, datetime
from zoneinfo import ZoneInfo

import httpx

from ispbot_contracts.settings import CrmVendor, Section
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import configure_logging, get_logger
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsConflict, SettingsStore
from ispbot_sims.isp.company import COMPANY, TIMEZONE
from ispbot_sims.isp.contacts import demo_contacts
from ispbot_sims.isp.demo_settings import SALES_GROUP, SUPPORT_GROUP, TECHNICIANS, demo_sections
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.isp.server import DEFAULT_TOKEN

log = get_logger(__name__)

_HTTP_TIMEOUT_S = 15.0


async def seed_settings(store: SettingsStore, sections: list[Section]) -> list[str]:
    """Write the sections that nobody has written yet and return their names."""
    written = []
    for section in sections:
        stored = await store.read(type(section))
        if stored.revision != 0:
            continue
        try:
            await store.write(section, revision=0)
        except SettingsConflict:  # an administrator, or another seed, was faster
            continue
        written.append(section.section)
    return written


async def seed_network(http: httpx.AsyncClient, today: date) -> dict[str, str]:
    """Put the demo's people and groups into the WhatsApp stand-in; returns the groups' addresses by subject.

    Raises httpx.HTTPError when the stand-in can not be reached or refuses.
    """
    people = [
        {"number": contact.phone, "name": contact.name, "story": contact.story}
        for contact in demo_contacts(demo_isp(today))
    ]
    staff = [
        {"number": technician.phone, "name": technician.name, "story": "Técnico de la empresa"}
        for technician in TECHNICIANS
    ]
    (await http.put("/api/phones", json=[*people, *staff])).raise_for_status()
    answer = (await http.get("/api/groups")).raise_for_status().json()
    groups = {group["subject"]: group["jid"] for group in answer}
    company_number = "".join(filter(str.isdigit, COMPANY.phone))
    for subject in (SUPPORT_GROUP, SALES_GROUP):
        if subject not in groups:
            members = [company_number, *(technician.phone for technician in TECHNICIANS)]
            made = await http.post("/api/groups", json={"subject": subject, "members": members})
            groups[subject] = made.raise_for_status().json()["jid"]
    return groups


async def seed(config: CommonSettings, *, isp_url: str, token: str, vendor: CrmVendor, network_url: str | None) -> None:
    """Set up the demo company over the bus and, when given, in the WhatsApp stand-in."""
    today = datetime.now(ZoneInfo(TIMEZONE)).date()
    groups: dict[str, str] = {}
    if network_url is not None:
        async with httpx.AsyncClient(base_url=network_url, timeout=_HTTP_TIMEOUT_S) as http:
            groups = await seed_network(http, today)
    bus = Bus(config, "seed")
    await bus.connect()
    try:
        store = SettingsStore(bus, Cipher(config.secret_key.get_secret_value()))
        sections = demo_sections(isp_url=isp_url, token=token, groups=groups, today=today, vendor=vendor)
        written = await seed_settings(store, sections)
    finally:
        await bus.stop()
    log.info("demo_seeded", sections=written, groups=len(groups))


def main() -> None:
    """Read the arguments and seed."""
    parser = argparse.ArgumentParser(prog="ispbot_sims.seed", description="Set up the demo company (idempotent).")
    parser.add_argument("--isp-url", default="http://127.0.0.1:8950", help="address of the demo provider")
    parser.add_argument("--token", default=DEFAULT_TOKEN, help="its MikroWisp token")
    parser.add_argument(
        "--vendor",
        type=CrmVendor,
        default=CrmVendor.MIKROWISP,
        choices=list(CrmVendor),
        help="the API to use (%(choices)s)",
    )
    parser.add_argument("--network-url", help="address of the WhatsApp stand-in")
    args = parser.parse_args()
    config = CommonSettings()
    configure_logging("seed", config.log_level)
    asyncio.run(seed(config, isp_url=args.isp_url, token=args.token, vendor=args.vendor, network_url=args.network_url))


if __name__ == "__main__":
    main()
