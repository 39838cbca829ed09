"""What people type when they are asked who they are: DNI, CUIT/CUIL or customer number."""

import re
from typing import Literal

DocumentKey = tuple[Literal["document", "number"], str]

_DNI_LENGTHS = (7, 8)
_CUIT_LENGTH = 11
_LONGEST_NUMBER = 12
_GROUPS = re.compile(r"\d[\d.\-/ ]*")


def keys_of(text: str) -> list[DocumentKey]:
    """Return what to look up, likeliest first; empty when the text holds no usable number.

    ``30.111.222`` is a DNI, ``20-30111222-3`` a CUIT (whose middle is the DNI), anything else a customer number.
    """
    found = _GROUPS.findall(text)
    if len(found) != 1:
        return []
    digits = re.sub(r"\D", "", found[0])
    if len(digits) in _DNI_LENGTHS:
        return [("document", digits), ("number", digits)]
    if len(digits) == _CUIT_LENGTH:
        return [("document", digits), ("document", digits[2:10])]
    return [("number", digits)] if len(digits) <= _LONGEST_NUMBER else []


def is_document(text: str) -> bool:
    """Tell whether the message is nothing but a DNI or CUIT."""
    digits = re.sub(r"[\s.\-/]", "", text)
    return digits.isdecimal() and len(digits) in {*_DNI_LENGTHS, _CUIT_LENGTH}
