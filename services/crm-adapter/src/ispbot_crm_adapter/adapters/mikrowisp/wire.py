"""The few fields of MikroWisp's answers that we read. Whatever is not named here (passwords, portal codes) is never kept."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_TRUE = {"1", "true", "on", "si", "sí", "yes"}
_NOT_AMOUNT = re.compile(r"[^\d.,-]")


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any) -> str:
    """Ids come as numbers or as text with zeros in front."""
    text = str(value).strip()
    if not text.isdigit():
        raise ValueError("not an id")
    return text.lstrip("0") or "0"


def _flag(value: Any) -> bool:
    return str(value).strip().lower() in _TRUE


def _day(value: Any) -> date | None:
    """``0000-00-00`` and nonsense mean no date."""
    try:
        return date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def _amount(value: Any) -> Decimal:
    """Plain decimals, or with a currency symbol and separators in either style (``$ 1.234,50``, ``S/. 1,234.50``)."""
    text = _NOT_AMOUNT.sub("", str(value if value is not None else "0")).lstrip(".") or "0"
    if "," in text:
        decimal_comma = text.rfind(",") > text.rfind(".")
        text = text.replace(".", "").replace(",", ".") if decimal_comma else text.replace(",", "")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not an amount") from error


def _count(value: Any) -> int:
    text = str(value or "0").strip()
    return int(text) if text.isdigit() else 0


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_number)]
Count = Annotated[int, BeforeValidator(_count)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date | None, BeforeValidator(_day)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]


class _Row(BaseModel):
    """Unknown fields are dropped, and errors never show values."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ServiceRow(_Row):
    """A connection."""

    id: Id
    perfil: Text = ""
    costo: Amount | None = None
    status_user: Text = ""
    direccion: Text = ""
    coordenadas: Text = ""
    nodo: Text = ""


class BillingRow(_Row):
    """What a customer owes."""

    facturas_nopagadas: Count = 0
    total_facturas: Amount = Decimal(0)


class ClientRow(_Row):
    """A customer of GetClientsDetails."""

    id: Id
    nombre: Text
    estado: Text = ""
    correo: Text = ""
    telefono: Text = ""
    movil: Text = ""
    cedula: Text = ""
    direccion_principal: Text = ""
    mantenimiento: Flag = False
    servicios: list[ServiceRow] | None = None
    facturacion: BillingRow | None = None


class ListedRow(_Row):
    """A customer of GetAllClients."""

    id: Id
    telefono: Text = ""
    movil: Text = ""
    cedula: Text = ""


class InvoiceRow(_Row):
    """An invoice of GetInvoices."""

    id: Id
    idcliente: Id
    emitido: Day = None
    vencimiento: Day = None
    total: Amount
    estado: Text = ""
    fechapago: Day = None
    moneda: Text = ""


class InvoiceFileRow(_Row):
    """The file of an invoice (GetInvoice; older servers have no ``urlpdf``)."""

    id: Id
    urlpdf: Text = ""
