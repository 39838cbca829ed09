"""Whom a notice is for: any spelling of a phone to WhatsApp's digits."""

import re
from collections.abc import Iterable

import phonenumbers

from ispbot_crm_adapter.identity import Locale

_SEVERAL = re.compile(r"[,;|\n]+")


def split_recipients(values: Iterable[str]) -> list[str]:
    """Return the phones of a field that may come several times and hold several each; each spelling once."""
    parts = (part.strip() for value in values for part in _SEVERAL.split(value))
    return list(dict.fromkeys(part for part in parts if part))


def whatsapp_digits(written: str, locale: Locale) -> str | None:
    """Return international digits without plus, None when it is no phone.

    A number without a country is the company's own country's; with another country's code it stays what it is.
    """
    text = written.split("@", maxsplit=1)[0].strip(" {}\"'")
    digits = "".join(ch for ch in text if ch.isdigit())
    own = phonenumbers.country_code_for_region(locale.region)
    if text.startswith(("+", "00")):
        text = "+" + digits.removeprefix("00")
        abroad = _abroad(text, own)
        if abroad is not None:
            return abroad
    national = locale.national(text)
    if national is not None:
        return locale.international(national)
    return _abroad(f"+{digits}", own) if len(digits) > 10 else None


def _abroad(text: str, own: int) -> str | None:
    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return None
    if parsed.country_code == own or not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
