"""Phones of the countries beside Argentina: what WhatsApp writes and what was typed years ago is one customer."""

from datetime import timedelta

import pytest

from ispbot_contracts.settings import CompanySettings
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.directory import refresh_directory
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.index import CustomerIndex
from ispbot_crm_adapter.store import CrmStore

SHAPES = {
    "BR": ("5511987654321", "551187654321", "1187654321"),
    "CL": ("56987654321", "56987654321", "987654321"),
    "MX": ("525512345678", "5215512345678", "5512345678"),
    "PY": ("595981123456", "595981123456", "0981123456"),
    "UY": ("59899123456", "59899123456", "099123456"),
}
"""What WhatsApp writes today, what it wrote or writes for old accounts, and what stands in the management system."""


@pytest.fixture(params=sorted(SHAPES))
def country(request) -> str:
    return str(request.param)


@pytest.fixture
def locale(country) -> Locale:
    return Locale.of(CompanySettings(name="Red Sur", country=country))


@pytest.fixture
async def client(crm_settings, locale, limits):
    made = open_client(crm_settings(), locale, limits)
    yield made.client
    await made.client.aclose()


async def test_both_shapes_find_the_customer_whichever_of_them_is_stored(client, isp, locale, country):
    customer = isp.isp.customers[1]
    customer.phone = ""
    for stored in SHAPES[country]:
        customer.mobile = stored
        for shown in SHAPES[country]:
            found = await client.find("phone", locale.national(shown))
            assert ([one.name for one in found], stored, shown) == ([customer.name], stored, shown)


async def test_several_customers_on_one_phone_are_all_found_and_none_is_chosen(
    crm_settings, locale, limits, isp, cid, country, database
):
    for number, stored in zip((1, 2, 3), SHAPES[country], strict=True):
        isp.isp.customers[number].phone, isp.isp.customers[number].mobile = "", stored
    opened = open_client(crm_settings(), locale, limits)
    store, index = CrmStore(database), CustomerIndex(CrmStore(database))
    await store.prepare()
    await refresh_directory(opened, store, timedelta(hours=6))
    await index.refresh(opened.source)
    for shown in SHAPES[country]:
        assert await index.listed(opened.source, "phone", locale.national(shown)) == [cid(1), cid(2), cid(3)]
    await opened.client.aclose()
