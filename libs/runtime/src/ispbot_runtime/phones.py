"""Phone numbers as people and systems write them, compared by the national significant number (facts: crm-apis section 5)."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=20_000)
def national_number(raw: str, *, region: str = "AR", area_code: str = "") -> str | None:
    """Return the national number without trunk or mobile prefixes (10 digits in Argentina), None when it is no phone.

    ``area_code`` completes numbers written without one.
    """
    digits = "".join(ch for ch in raw if ch.isdigit())
    country = str(phonenumbers.country_code_for_region(region))
    candidates = [raw]
    if digits.startswith(country) and not raw.strip().startswith("+"):
        candidates.insert(0, f"+{digits}")
    if area_code:
        candidates.append(f"{area_code}{digits.removeprefix('15')}" if region == "AR" else f"{area_code}{digits}")
    for candidate in candidates:
        try:
            parsed = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed) and phonenumbers.is_valid_number(parsed):
            national = str(parsed.national_number)
            return national[1:] if region == "AR" and len(national) == 11 and national.startswith("9") else national
    return None


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
