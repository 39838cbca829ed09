"""Parts of a settings section as forms: secrets go in and never come out, and a saved one never goes to another address."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from ispbot_contracts.settings import Part
from ispbot_panel_api.failures import Failure, invalid

FormT = TypeVar("FormT", bound=BaseModel)
PartT = TypeVar("PartT", bound=Part)
_MISSING = "Falta completar este dato."
_INCOMPLETE = "Completá el usuario y la contraseña, o la clave de API."
_INVALID = "Este dato no es válido."
_MOVED = "La dirección cambió: escribilo de nuevo. Lo guardado no se manda a otro servidor."


def secret_names(part: BaseModel | None) -> list[str]:
    """Return the names of the secrets that a part holds."""
    return [] if part is None else [name for name, value in part if isinstance(value, SecretStr)]


def shown(form: type[FormT], part: Part | None) -> FormT | None:
    """Return a saved part as its form, without its secrets."""
    if part is None:
        return None
    hidden = dict.fromkeys(secret_names(part))
    return form.model_validate(part.model_dump(exclude=set(hidden)) | hidden)


def filled(kind: type[PartT], typed: dict[str, Any] | None, saved: PartT | None, *, name: str) -> PartT | None:
    """Return the part that a form's values ask for; a secret that is None is kept. Raises Failure for a field of ``name``."""
    if typed is None:
        return saved
    here = saved is not None and _place(str(typed["url"])) == _place(str(getattr(saved, "url", "")))
    for secret in set(secret_names(saved)) & {field for field, value in typed.items() if value is None}:
        if not here:
            raise invalid(f"{name}.{secret}", _MOVED)
        typed = typed | {secret: getattr(saved, secret)}
    try:
        return kind.model_validate(typed)
    except ValidationError as error:
        raise _wrong(error, typed, name) from error


def _wrong(error: ValidationError, typed: dict[str, Any], name: str) -> Failure:
    place = error.errors()[0]["loc"]
    if not place:
        return invalid(name, _INCOMPLETE)
    field = str(place[0])
    return invalid(f"{name}.{field}", _MISSING if typed.get(field) in (None, "") else _INVALID)


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return parts.scheme, parts.hostname, parts.port
