"""The bot's menus (D6, D7): a tree of options, each opening a submenu or doing one action."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from ispbot_contracts.common import Area
from ispbot_contracts.settings.base import Part, Section


class MenuAction(StrEnum):
    """What an option does."""

    SUBMENU = "submenu"
    BALANCE = "balance"
    INVOICE = "invoice"
    CONNECTION = "connection"
    SPEED_TEST = "speed_test"
    PAYMENT_MEANS = "payment_means"
    PAYMENT_LINK = "payment_link"
    PROMISE = "promise"
    PLANS = "plans"
    PROMOTIONS = "promotions"
    COVERAGE = "coverage"
    BOOK_TECHNICAL = "book_technical"
    BOOK_INSTALLATION = "book_installation"
    ADVISOR = "advisor"
    TEXT = "text"
    SWITCH_ACCOUNT = "switch_account"
    SALES_MENU = "sales_menu"


class MenuNode(Part):
    """One option. ``keywords`` are other words that choose it; ``text`` heads its submenu or is the answer of TEXT."""

    node_id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    label: Annotated[str, Field(min_length=1, max_length=60)]
    action: MenuAction
    text: Annotated[str, Field(max_length=2000)] = ""
    keywords: list[str] = []
    children: list["MenuNode"] = []
    area: Area = Area.SUPPORT
    department: str = "soporte"

    @model_validator(mode="after")
    def _children_only_in_submenus(self) -> "MenuNode":
        if bool(self.children) != (self.action is MenuAction.SUBMENU):
            raise ValueError(f"option {self.node_id!r}: a submenu needs options, and only a submenu has them")
        return self

    def walk(self) -> Iterator["MenuNode"]:
        """Yield this option and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class _MenuSection(Section):
    root: MenuNode

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "_MenuSection":
        ids = [node.node_id for node in self.root.walk()]
        repeated = {node_id for node_id in ids if ids.count(node_id) > 1}
        if repeated:
            raise ValueError(f"menu option ids repeat: {', '.join(sorted(repeated))}")
        return self


def _support_root() -> MenuNode:
    a, node = MenuAction, MenuNode
    return node(
        node_id="support", label="Menú principal", action=a.SUBMENU, text="¿En qué te puedo ayudar?",
        children=[
            node(
                node_id="account", label="Mi cuenta y facturas", action=a.SUBMENU, text="Tu cuenta:", keywords=["cuenta", "pagos"],
                children=[
                    node(node_id="balance", label="Consultar saldo", action=a.BALANCE, keywords=["saldo", "deuda", "cuánto debo"]),
                    node(node_id="invoice", label="Recibir mi factura", action=a.INVOICE, keywords=["factura", "boleta", "pdf"]),
                    node(node_id="payment", label="Medios de pago", action=a.PAYMENT_MEANS, keywords=["alias", "cbu", "pagar", "cómo pago"]),
                    node(node_id="payment_link", label="Pagar con un link", action=a.PAYMENT_LINK, keywords=["link de pago", "pagar online", "mercado pago"]),
                    node(node_id="promise", label="Prometer un pago", action=a.PROMISE, keywords=["promesa", "promesa de pago", "compromiso", "prórroga"]),
                    node(
                        node_id="billing_advisor", label="Hablar con administración", action=a.ADVISOR,
                        department="administracion", keywords=["administración"],
                    ),
                ],
            ),
            node(
                node_id="service", label="Problemas con mi servicio", action=a.SUBMENU, text="Contame qué pasa:",
                keywords=["no tengo internet", "sin internet", "no anda", "problema"],
                children=[
                    node(node_id="connection", label="Ver el estado de mi conexión", action=a.CONNECTION, keywords=["conexión", "estado", "señal"]),
                    node(node_id="speed", label="Internet lento: test de velocidad", action=a.SPEED_TEST, keywords=["lento", "velocidad", "test"]),
                    node(
                        node_id="restart_router", label="Cómo reiniciar el equipo", action=a.TEXT, keywords=["reiniciar", "router", "luz roja"],
                        text="🔌 Desenchufá el router y la ONU 30 segundos, volvé a enchufar y esperá 3 minutos. Si la luz LOS queda en rojo, pedí una visita o hablá con un asesor.",
                    ),
                    node(node_id="visit", label="Pedir una visita técnica", action=a.BOOK_TECHNICAL, keywords=["visita", "técnico", "turno"]),
                    node(node_id="support_advisor", label="Hablar con soporte técnico", action=a.ADVISOR, keywords=["soporte"]),
                ],
            ),
            node(node_id="more", label="Planes y servicios", action=a.SALES_MENU, keywords=["planes", "cambiar de plan", "más velocidad"]),
            node(node_id="advisor", label="Hablar con un asesor", action=a.ADVISOR, keywords=["asesor", "persona", "humano"]),
        ],
    )  # fmt: skip


def _sales_root() -> MenuNode:
    a, node = MenuAction, MenuNode
    sales = {"area": Area.SALES, "department": "ventas"}
    return node(
        node_id="sales", label="Menú de ventas", action=a.SUBMENU, text="¿Qué te gustaría saber?", **sales,
        children=[
            node(node_id="plans", label="Ver planes disponibles", action=a.PLANS, keywords=["planes", "precios", "precio"], **sales),
            node(node_id="promotions", label="Consultar promociones", action=a.PROMOTIONS, keywords=["promos", "promociones", "ofertas"], **sales),
            node(node_id="coverage", label="Verificar cobertura", action=a.COVERAGE, keywords=["cobertura", "llegan", "zona"], **sales),
            node(node_id="sales_visit", label="Solicitar visita comercial", action=a.BOOK_INSTALLATION, keywords=["visita", "instalación", "contratar"], **sales),
            node(node_id="sales_advisor", label="Hablar con un asesor", action=a.ADVISOR, keywords=["asesor", "persona", "humano", "vendedor"], **sales),
            node(node_id="is_customer", label="Ya soy cliente", action=a.SWITCH_ACCOUNT, keywords=["soy cliente", "cliente", "dni"], **sales),
        ],
    )  # fmt: skip


class SupportMenuSettings(_MenuSection):
    """What known customers choose from."""

    section: ClassVar[str] = "support_menu"
    root: MenuNode = Field(default_factory=_support_root)


class SalesMenuSettings(_MenuSection):
    """What everybody else chooses from."""

    section: ClassVar[str] = "sales_menu"
    root: MenuNode = Field(default_factory=_sales_root)
