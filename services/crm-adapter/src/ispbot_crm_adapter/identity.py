"""How people are recognised: phones, documents and customer numbers compared in one normal form."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import phonenumbers

from ispbot_contracts.settings import CompanySettings
from ispbot_runtime.phones import national_number

By = Literal["phone", "document", "number"]

_SEVERAL = re.compile(r"[/;,|\n]| y | o ")
_LETTERS = re.compile(r"[^\W\d_]+")
"""Remarks like "(hermano)"; the phone library would dial them."""
_PERSONAL_TAX_ID = re.compile(r"(20|23|24|27)(\d{8})\d")
_WAYS = {
    "AR": ("{}", "549{}", "54{}", "0{}"),
    "BR": ("{}", "55{}", "0{}"),
    "CL": ("{}", "56{}"),
    "MX": ("{}", "521{}", "52{}"),
    "PY": ("{}", "0{}", "595{}"),
    "UY": ("{}", "0{}", "598{}"),
}
"""How a national number stands in systems that compare text, the most usual way first."""
_BRAZIL_MOBILE = 11
_CURRENCIES = {
    "AR": "ARS", "BO": "BOB", "BR": "BRL", "CL": "CLP", "CO": "COP", "CR": "CRC", "DO": "DOP", "EC": "USD", "ES": "EUR",
    "GT": "GTQ", "HN": "HNL", "MX": "MXN", "NI": "NIO", "PA": "USD", "PE": "PEN", "PY": "PYG", "SV": "USD", "UY": "UYU",
    "VE": "VES",
}  # fmt: skip


@dataclass(frozen=True)
class Locale:
    """Where the company works: completes phones without an area code, names the currency, says which day it is."""

    region: str
    area_code: str
    currency: str
    tz: ZoneInfo

    @classmethod
    def of(cls, company: CompanySettings) -> "Locale":
        """Return the company's locale."""
        currency = _CURRENCIES.get(company.country, "USD")
        return cls(company.country, company.default_area_code, currency, company.tz)

    def today(self) -> date:
        """Return which day it is there."""
        return datetime.now(self.tz).date()

    def ways_to_write(self, national: str) -> list[str]:
        """Return how a phone stands in systems that compare text, the most usual way first."""
        ways = _WAYS.get(self.region, ("{}", f"{phonenumbers.country_code_for_region(self.region)}{{}}"))
        return [*(way.format(national) for way in ways), *self._older_ways(national)]

    def _older_ways(self, national: str) -> list[str]:
        """A Brazilian mobile without its ninth digit: records from before it."""
        if self.region == "BR" and len(national) == _BRAZIL_MOBILE and national[3] in "6789":
            old = f"{national[:2]}{national[3:]}"
            return [old, f"55{old}"]
        return []

    def national(self, phone: str) -> str | None:
        """Return the national number of a phone, None when it is none."""
        return national_number(phone, region=self.region, area_code=self.area_code)

    def nationals(self, *fields: str | None) -> list[str]:
        """Return the distinct national numbers in free text fields; one field may hold several numbers."""
        written = [part for text in fields if text for part in _SEVERAL.split(text)]
        found = (self.national(_LETTERS.sub(" ", part)) for part in written if part.strip())
        return list(dict.fromkeys(number for number in found if number is not None))

    def international(self, national: str) -> str:
        """Return WhatsApp's digits of a national number (Argentine mobiles carry a 9)."""
        country = phonenumbers.country_code_for_region(self.region)
        return f"549{national}" if self.region == "AR" else f"{country}{national}"


def document_keys(written: str | None) -> list[str]:
    """Return the forms under which a document is known: itself, and the DNI inside a person's CUIT or CUIL."""
    text = "".join(ch for ch in written or "" if ch.isalnum()).upper().lstrip("0")
    if not text:
        return []
    inside = _PERSONAL_TAX_ID.fullmatch(text)
    return [text, inside[2].lstrip("0")] if inside else [text]


def ways_to_write_document(document: str) -> list[str]:
    """Digits, the CUIT with hyphens or the DNI inside it, and the DNI with dots: for servers that compare text."""
    ways = [document]
    if len(document) == 11 and document.isdigit():
        ways += [f"{document[:2]}-{document[2:10]}-{document[10]}", *document_keys(document)[1:]]
    elif len(document) in (7, 8) and document.isdigit():
        ways.append(f"{int(document):,}".replace(",", "."))
    return ways


def number_key(written: str) -> str | None:
    """Return a customer number without decoration and leading zeros, None when it is no number."""
    text = written.strip().lstrip("#").strip()
    return (text.lstrip("0") or "0") if text.isascii() and text.isdigit() else None
