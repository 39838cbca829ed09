"""The settings of the demo company, as its administrator would have filled them in."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal

from pydantic import SecretStr

from ispbot_contracts.common import LatLng, Money
from ispbot_contracts.settings import (
    AgendaSettings,
    BotSettings,
    CompanySettings,
    CrmSettings,
    CrmVendor,
    IspbrainEndpoints,
    IspbrainSettings,
    IspbrainWrite,
    IspcubeSettings,
    MikroWispSettings,
    NotificationSettings,
    NotifyGroup,
    OpeningHours,
    PaymentSettings,
    Plan,
    PlansSettings,
    Promotion,
    PromotionsSettings,
    Section,
    Technician,
    TransferAccount,
    Zone,
    ZonesSettings,
)
from ispbot_sims.isp.company import AREA_CODE, COMPANY, PLANS, TIMEZONE
from ispbot_sims.isp.ispbrain.queue import ACCOUNT as ALTWHA_ACCOUNT
from ispbot_sims.isp.server import DEFAULT_CREDENTIALS
from ispbot_sims.isp.town import ZONES

SUPPORT_GROUP = "Red Sur · Soporte"
SALES_GROUP = "Red Sur · Ventas"
TECHNICIANS = (
    Technician(technician_id="hugo-ferreyra", name="Hugo Ferreyra", phone="5493515550201"),
    Technician(technician_id="marina-luna", name="Marina Luna", phone="5493515550202"),
    Technician(technician_id="pablo-oviedo", name="Pablo Oviedo", phone="5493515550203", kinds=["installation"]),
)
_TECHNICIAN_OF_ZONE = {
    "centro": "hugo-ferreyra",
    "zona-norte": "marina-luna",
    "villa-elisa": "hugo-ferreyra",
    "san-martin": "marina-luna",
}
_BENEFITS = {
    "fibra-100": ["Ideal para 2 a 4 dispositivos", "Instalación sin cargo"],
    "fibra-300": ["Streaming 4K y juegos", "Instalación sin cargo", "Router Wi-Fi 5 incluido"],
    "fibra-600": ["Hogares con muchos dispositivos", "Instalación sin cargo", "Router Wi-Fi 6 incluido"],
}


def demo_sections(
    *, isp_url: str, token: str, groups: Mapping[str, str], today: date, vendor: CrmVendor = CrmVendor.MIKROWISP
) -> list[Section]:
    """Return the demo company's sections; ``groups`` maps a group's subject to its WhatsApp address.

    The demo provider speaks the APIs of several vendors; ``vendor`` says which one is in use.
    """
    return [
        _company(),
        BotSettings(speed_test_url="https://fast.com/es/"),
        CrmSettings(
            vendor=vendor,
            mikrowisp=MikroWispSettings(
                url=isp_url,
                token=SecretStr(token),
                ticket_department=1,
                payment_gateway="MercadoPago",
                payment_method="Transferencia bancaria",
            ),
            ispcube=IspcubeSettings(
                url=isp_url,
                username=DEFAULT_CREDENTIALS.username,
                password=SecretStr(DEFAULT_CREDENTIALS.password),
                api_key=SecretStr(DEFAULT_CREDENTIALS.api_key),
                client_id=DEFAULT_CREDENTIALS.client_id,
                ticket_category_id=3,
                ticket_status_id=1,
                ticket_assigned_user_id=9,
                payment_destiny_id=4,
                mercadopago_links=True,
            ),
            ispbrain=_ispbrain(isp_url),
        ),
        _plans(),
        _promotions(today),
        _zones(),
        AgendaSettings(technicians=list(TECHNICIANS)),
        PaymentSettings(
            accounts=[
                TransferAccount(holder=COMPANY.legal_name, cbu=COMPANY.cbu, alias=COMPANY.alias, bank=COMPANY.bank)
            ],
            other_means=f"En efectivo en {COMPANY.address}, de lunes a viernes de 9 a 17.",
        ),
        NotificationSettings(support=_group(SUPPORT_GROUP, groups), sales=_group(SALES_GROUP, groups)),
    ]


def _ispbrain(isp_url: str) -> IspbrainSettings:
    """With the promises and payments of the stand-in, whose calls are our own (nobody has seen the real ones)."""
    promise = IspbrainWrite(path="/payment-commitments", body={"customer_id": "{id}", "date": "{date}"})
    payment = IspbrainWrite(
        path="/payments", body={"customer_id": "{id}", "amount": "{amount}", "reference": "{reference}"}
    )
    return IspbrainSettings(
        url=isp_url,
        username=DEFAULT_CREDENTIALS.username,
        password=SecretStr(DEFAULT_CREDENTIALS.password),
        endpoints=IspbrainEndpoints(promise=promise, payment=payment),
        altwha_account=ALTWHA_ACCOUNT,
    )


def _company() -> CompanySettings:
    """Open around the clock, so that a demonstration works at any hour."""
    whole_day = time(0)
    return CompanySettings(
        name=COMPANY.name,
        timezone=TIMEZONE,
        country="AR",
        subdivision="X",
        default_area_code=AREA_CODE,
        hours=[OpeningHours(weekday=day, opens=whole_day, closes=whole_day) for day in range(7)],
        closed_on_holidays=False,
        phone=COMPANY.phone,
        email=COMPANY.email,
        address=COMPANY.address,
        website=COMPANY.website,
    )


def _plans() -> PlansSettings:
    return PlansSettings(
        plans=[
            Plan(
                plan_id=plan.key,
                name=plan.name,
                down_mbps=Decimal(plan.down_mbps),
                up_mbps=Decimal(plan.up_mbps),
                price=Money(amount=plan.price),
                description=f"Fibra óptica hasta el hogar, {plan.down_mbps} Mbps de bajada y {plan.up_mbps} de subida.",
                benefits=_BENEFITS[plan.key],
            )
            for plan in PLANS
        ]
    )


def _promotions(today: date) -> PromotionsSettings:
    return PromotionsSettings(
        promotions=[
            Promotion(
                promotion_id="dos-meses",
                title="2 meses al 50 %",
                description="Contratando Fibra 300 o Fibra 600 pagás la mitad los dos primeros meses.",
                valid_from=today - timedelta(days=10),
                valid_to=today + timedelta(days=60),
            ),
            Promotion(
                promotion_id="referidos",
                title="Traé a un vecino",
                description="Si un vecino se suma nombrándote, los dos tienen un mes sin cargo.",
            ),
        ]
    )


def _zones() -> ZonesSettings:
    return ZonesSettings(
        zones=[
            Zone(
                zone_id=zone.zone_id,
                name=zone.name,
                perimeter=[LatLng(lat=lat, lng=lng) for lat, lng in zone.corners],
                technician_id=_TECHNICIAN_OF_ZONE[zone.zone_id],
            )
            for zone in ZONES
        ]
    )


def _group(subject: str, groups: Mapping[str, str]) -> NotifyGroup | None:
    return NotifyGroup(address=groups[subject], name=subject) if subject in groups else None
