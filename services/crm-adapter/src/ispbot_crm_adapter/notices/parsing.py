"""A push as its sender wrote it: query, form and JSON in one set of fields, under any of the names in use."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ispbot_crm_adapter.notices import texts
from ispbot_crm_adapter.notices.cleaning import decoded, form_fields
from ispbot_crm_adapter.notices.refusals import PushRefused

TO = ("to", "destinatario", "numero", "number", "phone", "telefono", "celular", "movil", "recipient", "chatid")
TEXT = ("message", "mensaje", "text", "msg", "body", "texto", "content")
FILE = ("file", "url", "media", "pdf", "document", "archivo")
TOKEN = ("token", "apikey", "api_key", "api-key", "key")
URGENT = ("urgent", "urgente")
KIND = ("kind", "tipo", "categoria")
_YES = {"1", "true", "si", "sí", "yes", "on"}

MAX_BODY = 1024 * 1024
MAX_ITEMS = 500

Fields = dict[str, list[str]]


@dataclass(frozen=True)
class Push:
    """What came: ``items`` are the messages, each with the query's fields as a fallback."""

    items: list[Fields]
    tokens: list[str]
    several: bool = False


@dataclass
class _Collected:
    fields: Fields = field(default_factory=dict)

    def add(self, pairs: Iterable[tuple[str, Any]]) -> Fields:
        for name, value in pairs:
            values = value if isinstance(value, list) else [value]
            for one in values:
                if isinstance(one, (str, int, float)) and str(one).strip():
                    self.fields.setdefault(name.strip().lower(), []).append(_word(one))
        return self.fields


def _word(value: str | float) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def under_one(fields: Mapping[str, list[str]], names: Iterable[str]) -> list[str]:
    """Return all values under the first of the names that is there."""
    return next((fields[name] for name in names if name in fields), [])


def first(fields: Mapping[str, list[str]], names: Iterable[str]) -> str:
    """Return the first value under one of the names, empty when there is none."""
    return next(iter(under_one(fields, names)), "")


def every(fields: Mapping[str, list[str]], names: Iterable[str]) -> list[str]:
    """Return all values under the names."""
    return list(dict.fromkeys(value for name in names for value in fields.get(name, ())))


def is_yes(value: str) -> bool:
    """Tell whether a switch is on."""
    return value.strip().lower() in _YES


async def read_push(request: Request) -> Push:
    """Read a request. Raises PushRefused (400, 413, 415)."""
    query = _Collected().add(form_fields(request.url.query.encode("latin-1")))
    raw = await _bounded_body(request)
    bodies, several = await _bodies(request, raw)
    if len(bodies) > MAX_ITEMS:
        raise PushRefused(413, "too_many", texts.TOO_MANY.format(limit=MAX_ITEMS))
    items = [query | body for body in bodies] or [query]
    tokens = every(query, TOKEN)
    for body in bodies[:1]:
        tokens += every(body, TOKEN)
    return Push(items, tokens, several)


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise PushRefused(413, "too_big", texts.TOO_BIG.format(limit=MAX_BODY // 1024))
    return bytes(body)


async def _bodies(request: Request, raw: bytes) -> tuple[list[Fields], bool]:
    if not raw.strip():
        return [], False
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return [await _multipart(request, raw)], False
    if kind.endswith("json") or (kind in ("", "text/plain") and raw.lstrip()[:1] in (b"{", b"[")):
        return _json(raw)
    if kind in ("", "text/plain", "application/x-www-form-urlencoded"):
        return [_Collected().add(form_fields(raw.strip()))], False
    raise PushRefused(415, "unsupported_type", texts.UNSUPPORTED_TYPE)


def _json(raw: bytes) -> tuple[list[Fields], bool]:
    try:
        found = json.loads(decoded(raw).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise PushRefused(400, "not_json", texts.NOT_JSON) from error
    several = isinstance(found, list)
    if not several and isinstance(found, dict) and isinstance(found.get("messages"), list):
        shared = {name: value for name, value in found.items() if name != "messages"}
        found, several = [shared | one if isinstance(one, dict) else one for one in found["messages"]], True
    entries = found if isinstance(found, list) else [found]
    return [_Collected().add(entry.items()) if isinstance(entry, dict) else {} for entry in entries], several


async def _multipart(request: Request, raw: bytes) -> Fields:
    async def stream() -> Any:
        yield raw

    try:
        form = await MultiPartParser(request.headers, stream(), max_files=4, max_fields=100).parse()
    except (MultiPartException, KeyError) as error:
        raise PushRefused(400, "bad_form", texts.BAD_FORM) from error
    try:
        if any(isinstance(value, UploadFile) for _, value in form.multi_items()):
            raise PushRefused(415, "file_upload", texts.FILE_UPLOAD)
        return _Collected().add(form.multi_items())
    finally:
        await form.close()
