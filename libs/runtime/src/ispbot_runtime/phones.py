"""Phone numbers as people and systems write them, compared by the national significant number (facts: crm-apis section 5)."""

import re
from functools import lru_cache

import phonenumbers

_MEXICO = re.compile(r"(?:\+?521?|01|04[45])?(\d{10})")
"""Mobiles were 521 from abroad and 044, 045 inside the country; WhatsApp still writes 521."""
_BRAZIL_WITHOUT_NINTH = re.compile(r"\d\d[6-9]\d{7}")
_CHILE_OLD_MOBILE = re.compile(r"(?:\+?56)?0?(9?[4-9]\d{7})")


@lru_cache(maxsize=20_000)
def national_number(raw: str, *, region: str = "AR", area_code: str = "") -> str | None:
    """Return the national number without trunk or mobile prefixes (10 digits in Argentina), None when it is no phone of
    the region.

    Brazilian mobiles have their ninth digit, written or not. ``area_code`` completes numbers written without one.
    """
    digits = "".join(ch for ch in raw if ch.isdigit())
    abroad = raw.strip().startswith("+")
    country = str(phonenumbers.country_code_for_region(region))
    candidates = [raw]
    if digits.startswith(country) and not abroad:
        candidates.insert(0, f"+{digits}")
    if area_code:
        candidates.append(f"{area_code}{digits.removeprefix('15')}" if region == "AR" else f"{area_code}{digits}")
    candidates += _older_shapes(f"+{digits}" if abroad else digits, region)
    for candidate in candidates:
        try:
            parsed = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if parsed.country_code != int(country):  # somebody abroad is not the neighbour with the same last digits
            continue
        national = str(parsed.national_number)
        if region == "BR" and _BRAZIL_WITHOUT_NINTH.fullmatch(national):
            national = f"{national[:2]}9{national[2:]}"
            parsed = phonenumbers.parse(f"+{country}{national}")
        if phonenumbers.is_possible_number(parsed) and phonenumbers.is_valid_number(parsed):
            return national[1:] if region == "AR" and len(national) == 11 and national.startswith("9") else national
    return None


def _older_shapes(digits: str, region: str) -> list[str]:
    """Return what a number of before a renumbering is today; ``digits`` keeps its plus."""
    if region == "MX" and (found := _MEXICO.fullmatch(digits)):
        return [found[1]]
    if region == "CL" and (found := _CHILE_OLD_MOBILE.fullmatch(digits)):
        return [found[1].rjust(9, "9")]
    return []


def same_phone(one: str, other: str, *, region: str = "AR", area_code: str = "") -> bool:
    """Tell whether two spellings are the same phone."""
    first = national_number(one, region=region, area_code=area_code)
    return first is not None and first == national_number(other, region=region, area_code=area_code)


def display_phone(digits: str) -> str:
    """Return international digits as people read them (``+54 9 351 555-0100``); unchanged when they are no phone."""
    try:
        parsed = phonenumbers.parse(f"+{digits.lstrip('+')}")
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
