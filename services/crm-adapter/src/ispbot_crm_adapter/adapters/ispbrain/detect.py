"""Where an answer keeps a customer's values: its paths with samples, and a field map that looks right for it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ispbot_contracts.settings import IspbrainFieldMap
from ispbot_crm_adapter.adapters.ispbrain.paths import all_at

_SECRET = re.compile(r"pass|contrase|clave|secret|token|wifi|wi_fi|api_?key|(?<![a-z])(pin|psk|pwd)", re.IGNORECASE)
_MASK = "••••••"
_SHOWN = 60
_MOST_PATHS = 300
_OF_CUSTOMER: dict[str, tuple[str, ...]] = {
    "name": ("name", "nombre_completo", "razon_social", "nombre", "apellido_nombre", "fantasy_name", "titular"),
    "balance": ("saldo", "saldo_actual", "balance", "debt", "deuda", "deuda_total"),
    "phones": ("phone", "cellphone", "whatsapp", "celular", "telefono", "movil", "mobile", "phones", "celulares", "telefonos"),
    "document": ("document", "dni", "cuit", "documento", "doc_number", "nro_doc", "numero_documento", "cuil", "tax_id"),
    "email": ("email", "correo", "mail", "e_mail"),
    "address": ("address", "direccion", "domicilio", "calle"),
    "lat": ("lat", "latitude", "latitud"),
    "lng": ("lng", "longitude", "longitud", "lon"),
}  # fmt: skip
"""Names, likelier ones first; all that exist are proposed for phones."""
_CONNECTIONS = ("connections", "conexiones", "services", "servicios")
_OF_CONNECTION = {
    "plan": ("plan.name", "plan.nombre", "plan_name", "plan"),
    "price": ("plan.price", "plan.precio", "price", "precio"),
    "enabled": ("enabled", "habilitado", "active", "activo"),
    "archived": ("archived", "archivado"),
    "deleted": ("deleted", "eliminado"),
    "address": ("address", "direccion", "domicilio"),
}


@dataclass(frozen=True)
class Sample:
    """One value of an answer; ``masked`` when its name looks like a secret's."""

    path: str
    sample: str
    masked: bool


def samples_of(raw: object) -> list[Sample]:
    """Return the paths of an answer as a field map writes them (a list's entries share one), each with a short sample."""
    found: dict[str, Sample] = {}
    for path, value in _leaves(raw, ""):
        if path and path not in found and len(found) < _MOST_PATHS:
            secret = _SECRET.search(path) is not None
            text = "" if value is None else str(value)
            found[path] = Sample(path, _MASK if secret and text else text[:_SHOWN], secret)
    return list(found.values())


def mentions(raw: object, digits: str) -> bool:
    """Tell whether some value of an answer has these digits, however it is punctuated."""
    return bool(digits) and any(digits in "".join(filter(str.isdigit, str(value))) for _, value in _leaves(raw, ""))


def propose(raw: object, current: IspbrainFieldMap) -> IspbrainFieldMap:
    """Return the map in use, with what finds nothing in this answer replaced by what looks right."""
    customer, connection = current.customer.model_dump(), current.connection.model_dump()
    customer = _better(raw, customer, {"connections": _CONNECTIONS}, list(_lists(raw, "")))
    inside = tuple(f"{path}." for path in customer["connections"].split("|"))
    own_paths = [path for path in _readable_paths(raw) if not path.startswith(inside)]
    customer = _better(raw, customer, _OF_CUSTOMER, own_paths)
    connections = all_at(raw, customer["connections"])
    if connections:
        connection = _better(connections, connection, _OF_CONNECTION, _readable_paths(connections))
    return IspbrainFieldMap.model_validate(current.model_dump() | {"customer": customer, "connection": connection})


def _better(raw: object, fields: dict[str, Any], hints: dict[str, tuple[str, ...]], paths: list[str]) -> dict[str, Any]:
    for field, names in hints.items():
        if not all_at(raw, fields[field]):
            likely = _likely(paths, names, several=field == "phones")
            fields = fields | ({field: likely} if likely else {})
    return fields


def _readable_paths(raw: object) -> list[str]:
    return [sample.path for sample in samples_of(raw) if not sample.masked]


def _likely(paths: list[str], names: tuple[str, ...], *, several: bool) -> str:
    """The name's place in the list decides; the shortest path wins among equals."""
    ranked = []
    for path in paths:
        words = [_plain(part) for part in path.split(".")]
        whole = ".".join(words)
        rank = next((place for place, name in enumerate(names) if whole == name or words[-1] == name), None)
        if rank is None and several and len(words) > 1:
            rank = next((place for place, name in enumerate(names) if words[-2] == name), None)
        if rank is not None:
            ranked.append((rank, len(words), path))
    best = [path for *_, path in sorted(ranked)]
    return "|".join(best[:4] if several else best[:1])


def _leaves(raw: object, path: str) -> Iterator[tuple[str, object]]:
    match raw:
        case dict():
            for name, value in raw.items():
                yield from _leaves(value, f"{path}.{name}" if path else str(name))
        case list():
            for one in raw:
                yield from _leaves(one, path)
        case _:
            yield path, raw


def _lists(raw: object, path: str) -> Iterator[str]:
    if isinstance(raw, dict):
        for name, value in raw.items():
            inner = f"{path}.{name}" if path else str(name)
            if isinstance(value, list) and any(isinstance(one, dict) for one in value):
                yield inner
            yield from _lists(value, inner)


def _plain(name: str) -> str:
    """``Razón Social``, ``razonSocial`` and ``razon_social`` are the same name."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"\W+", "_", text).lower()
