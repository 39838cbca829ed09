"""Values as the systems write them: ids as numbers or padded text, amounts with symbols, days that are none."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ispbot_contracts.common import LatLng
from ispbot_crm_adapter.errors import CrmBroken

_TRUE = {"1", "true", "on", "si", "sí", "yes"}
_SPEED = re.compile(
    r"(?<![\d.,])(\d{1,4}(?:[.,]\d)?)\s*(m(?:b(?:ps|it/?s?)?|egas?|bits?)?|g(?:b(?:ps)?|igas?))\b", re.IGNORECASE
)
_NOT_AMOUNT = re.compile(r"[^\d.,-]")


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any) -> str:
    """Ids come as numbers or as text with zeros in front."""
    text = str(value).strip()
    if not text.isdigit():
        raise ValueError("not an id")
    return text.lstrip("0") or "0"


def _reference(value: Any) -> str:
    text = _text(value)
    return _number(text) if text.isdigit() else text


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
Reference = Annotated[str, BeforeValidator(_reference)]
"""The id of something else: empty when there is none, and what is no number stays as it is."""
Count = Annotated[int, BeforeValidator(_count)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[date | None, BeforeValidator(_day)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]


class Row(BaseModel):
    """Unknown fields are dropped, and errors never show values."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


RowT = TypeVar("RowT", bound=Row)


def row_of(model: type[RowT], raw: object) -> RowT:
    """Return one row. Raises CrmBroken (``shape``) that names the fields, never their values."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        fields = ", ".join(
            ".".join(str(part) for part in problem["loc"]) for problem in error.errors(include_input=False)
        )
        raise CrmBroken("shape", f"{model.__name__}: {fields}"[:200]) from None


def speed_in(plan: str) -> Decimal | None:
    """Return the Mbit/s that a plan's name tells ("Fibra 100 Megas", "300Mb", "1 Giga"), None when it tells none or two."""
    found = {
        Decimal(number.replace(",", ".")) * (1000 if unit.lower().startswith("g") else 1)
        for number, unit in _SPEED.findall(plan)
    }
    return found.pop() if len(found) == 1 else None


def person_name(written: str) -> str:
    """Management systems shout; people do not."""
    return written.title() if written.isupper() else written


def position_of(written_lat: str, written_lng: str) -> LatLng | None:
    """Return a place on earth; nonsense and 0,0 are none."""
    try:
        lat, lng = float(written_lat), float(written_lng)
    except ValueError:
        return None
    inside = -90 <= lat <= 90 and -180 <= lng <= 180 and (lat, lng) != (0.0, 0.0)
    return LatLng(lat=lat, lng=lng) if inside else None
