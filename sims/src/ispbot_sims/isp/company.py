"""Red Sur Internet, the invented provider of the demo."""

from dataclasses import dataclass
from decimal import Decimal

AREA_CODE = "351"
TIMEZONE = "America/Argentina/Cordoba"


@dataclass(frozen=True)
class Company:
    """Who writes the invoices."""

    name: str
    legal_name: str
    tax_id: str
    address: str
    phone: str
    email: str
    website: str
    bank: str
    cbu: str
    alias: str


COMPANY = Company(
    name="Red Sur Internet",
    legal_name="Red Sur Telecomunicaciones S.R.L.",
    tax_id="30-71234567-1",
    address="Av. Colón 1245, Córdoba",
    phone="+54 9 351 555-0100",
    email="atencion@redsur.example",
    website="https://redsur.example",
    bank="Banco de Córdoba",
    cbu="0200312301000012345678",
    alias="RED.SUR.INTERNET",
)


@dataclass(frozen=True)
class Plan:
    """An Internet plan; ``price`` in Argentine pesos a month, taxes included."""

    plan_id: int
    key: str
    name: str
    down_mbps: int
    up_mbps: int
    price: Decimal


PLANS = (
    Plan(1, "fibra-100", "Fibra 100 Megas", 100, 50, Decimal("18500.00")),
    Plan(2, "fibra-300", "Fibra 300 Megas", 300, 150, Decimal("24900.00")),
    Plan(3, "fibra-600", "Fibra 600 Megas", 600, 300, Decimal("33900.00")),
)
