"""Values out of an answer whose shape the provider describes: dotted paths, alternatives, places to fill in."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_PLACE = re.compile(r"\{(\w+)\}")
_EMPTY: tuple[object, ...] = (None, "", [], {})
_NUMBERS = frozenset({"id", "category", "connection", "invoice"})
"""Places that are ids: sent as numbers when they are digits."""


def first_at(raw: object, paths: str) -> Any:
    """Return the first value with something in it that ``a.b|c`` leads to, None when there is none."""
    return next(iter(all_at(raw, paths)), None)


def all_at(raw: object, paths: str) -> list[Any]:
    """Return everything that any of the paths leads to; a path goes through lists."""
    return [value for path in paths.split("|") if path for value in _walk(raw, path.split(".")) if value not in _EMPTY]


def scalar_at(raw: object, paths: str) -> Any:
    """Return the first plain value (no object, no list), None when there is none."""
    return next(iter(scalars_at(raw, paths)), None)


def scalars_at(raw: object, paths: str) -> list[Any]:
    """Return all plain values."""
    return [value for value in all_at(raw, paths) if not isinstance(value, dict)]


def objects_at(raw: object, paths: str) -> list[object] | None:
    """Return the list of objects that the first existing path leads to, None when none exists."""
    for path in paths.split("|"):
        found = raw
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, list):
            return [one for one in found if isinstance(one, dict)]
    return None


def filled_path(template: str, values: Mapping[str, str]) -> str:
    """Return an endpoint with its places filled in; nothing in a value can leave its place."""
    return _PLACE.sub(lambda place: quote(values[place[1]], safe=""), template)


def filled_body(template: Any, values: Mapping[str, str]) -> Any:
    """Return a body with its places filled in."""
    if isinstance(template, dict):
        return {name: filled_body(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [filled_body(value, values) for value in template]
    if not isinstance(template, str):
        return template
    alone = _PLACE.fullmatch(template)
    if alone and alone[1] in _NUMBERS and values[alone[1]].isdigit():
        return int(values[alone[1]])
    return _PLACE.sub(lambda place: values[place[1]], template)


def _walk(raw: object, names: list[str]) -> list[Any]:
    if isinstance(raw, list):
        return [value for one in raw for value in _walk(one, names)]
    if not names:
        return [raw]
    if isinstance(raw, dict) and names[0] in raw:
        return _walk(raw[names[0]], names[1:])
    return []
