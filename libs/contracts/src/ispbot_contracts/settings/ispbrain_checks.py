"""What the paths, addresses and templates of ISPBrain's settings must look like; each raises PydanticCustomError."""

import re
from collections.abc import Collection

from pydantic import JsonValue
from pydantic_core import PydanticCustomError

_SECRET = re.compile(r"pass|contrase|clave|secret|token|wifi|wi_fi|api_?key|(?<![a-z])(pin|psk|pwd)", re.IGNORECASE)
_PLACE = re.compile(r"\{(\w*)\}")
_NAME = r"[\w\-]+"
_PATHS = re.compile(rf"{_NAME}(\.{_NAME})*(\|{_NAME}(\.{_NAME})*)*")


def path_to_token(written: str) -> str:
    """Return where a value stands in an answer: names with dots, alternatives with a bar."""
    text = "".join(written.split())
    if text and not _PATHS.fullmatch(text):
        hint = 'This is no path; write names with dots, alternatives with a bar: "plan.name|plan"'
        raise PydanticCustomError("not_a_path", hint)
    return text


def field_path(written: str) -> str:
    """Return a path that is read; never a password's."""
    text = path_to_token(written)
    if _SECRET.search(text):
        raise PydanticCustomError("secret_path", "This looks like a password or key: those are never read")
    return text


def endpoint(written: str) -> str:
    """Return a path with its query under the API's address."""
    text = written.strip()
    if text and (not text.startswith("/") or text.startswith("//") or " " in text):
        hint = 'This is no path under the API; it starts with one "/" and has no spaces'
        raise PydanticCustomError("not_an_endpoint", hint)
    return text


def header_name(written: str) -> str:
    """Return the name of a header."""
    if not re.fullmatch(r"[A-Za-z0-9\-]+", written):
        raise PydanticCustomError("not_a_header", "This is no name of a header")
    return written


def check_places(name: str, text: str, *, needed: Collection[str] = (), allowed: Collection[str] = ()) -> None:
    """Check that a template has the places it needs and no unknown one."""
    if not text:
        return
    found, known_there = set(_PLACE.findall(text)), {*needed, *allowed}
    for place in sorted(set(needed) - found):
        context = {"place": place, "name": name}
        raise PydanticCustomError("place_missing", '"{{place}}" must be in {name}', context)
    for place in sorted(found - known_there):
        known = ", ".join(f"{{{one}}}" for one in sorted(known_there)) or "none"
        context = {"place": place, "name": name, "known": known}
        raise PydanticCustomError("place_unknown", '"{{place}}" is not known in {name}; known there: {known}', context)


def texts_of(value: JsonValue) -> list[str]:
    """Return every text inside a body."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts_of(one)]
