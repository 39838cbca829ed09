"""The one place where failures become answers: a problem body in Spanish that says what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from nats.errors import Error as NatsError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from ispbot_panel_api.failures import Failure
from ispbot_panel_api.shapes import Problem
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import words_of
from ispbot_runtime.settings_store import SettingsConflict

log = get_logger(__name__)

_UNAVAILABLE_CODES = {"crm_unavailable"}
_SERVICES = {
    "tickets": "el servicio de tickets",
    "wa": "el servicio de WhatsApp",
    "crm": "el sistema de gestión",
    "scheduler": "la agenda",
    "ai": "el servicio de IA",
    "media store": "el almacén de archivos",
}
TOO_LARGE = "Lo que enviaste es demasiado grande."
_HTTP_PROBLEMS = {
    404: ("not_found", "Esa dirección no existe."),
    405: ("method_not_allowed", "Esa acción no existe."),
    413: ("too_large", TOO_LARGE),
}
_FIELD_MESSAGES = {
    "missing": "Falta completar este dato.",
    "string_too_short": "Falta completar este dato.",
    "string_too_long": "Es demasiado largo (máximo {max_length} caracteres).",
    "string_pattern_mismatch": "Tiene caracteres o un formato que no se aceptan.",
    "too_short": "Falta completar este dato.",
    "too_long": "Es demasiado largo (máximo {max_length} caracteres).",
    "literal_error": "No es una de las opciones posibles.",
    "enum": "No es una de las opciones posibles.",
    "extra_forbidden": "Este dato no corresponde acá.",
    "json_invalid": "El pedido no se pudo leer.",
    "greater_than_equal": "Debe ser {ge} o más.",
    "less_than_equal": "Debe ser {le} o menos.",
    "not_a_path": "No es una ruta de nombres. Separalos con puntos y las alternativas con barra: plan.name|plan.",
    "secret_path": "Parece una contraseña o una clave: esos datos nunca se leen.",
    "not_an_endpoint": "Tiene que empezar con una sola / y no llevar espacios.",
    "not_a_header": "No es un nombre de encabezado: solo letras, números y guiones.",
    "dict_type": "No es un objeto JSON, entre llaves.",
    "place_missing": "Falta {{{place}}}.",
    "place_unknown": "{{{place}}} no se conoce acá. Se puede usar {known}.",
}


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Failure, _failure)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(SettingsConflict, _conflict)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(PyMongoError, _no_database)
    app.add_exception_handler(NatsError, _no_bus)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def problem_response(failure: Failure) -> JSONResponse:
    """Return the answer for a failure."""
    problem = Problem(code=failure.code, message=failure.message, field=failure.field, details=failure.details)
    return JSONResponse(problem.model_dump(), failure.status, headers=failure.headers)


async def _bug(_: Request, __: Exception) -> JSONResponse:
    """Answer a bug; the edge logs it, and the correlation id leads to that line."""
    correlation = str(structlog.contextvars.get_contextvars().get("correlation_id", ""))
    message = "Ocurrió un error inesperado. Probá de nuevo; si sigue, pasale el código a soporte."
    return problem_response(Failure(500, "unexpected", message, details={"correlation_id": correlation}))


def not_in_api() -> Failure:
    """Return the failure for an address under /api that does not exist."""
    return Failure(404, *_HTTP_PROBLEMS[404])


def neighbour_of(error: Unavailable) -> str:
    """Return the Spanish name of the service that did not answer."""
    return _SERVICES.get(str(error).partition(".")[0].partition(":")[0], "un servicio")


async def _failure(_: Request, error: Exception) -> JSONResponse:
    return problem_response(_as(Failure, error))


async def _refusal(_: Request, error: Exception) -> JSONResponse:
    refusal = _as(Refusal, error)
    status = 409
    if refusal.code in _UNAVAILABLE_CODES:
        status = 503
    elif refusal.code.endswith("_not_found"):
        status = 404
    return problem_response(Failure(status, refusal.code, refusal.message, details=refusal.details))


async def _conflict(_: Request, __: Exception) -> JSONResponse:
    message = "Otra persona cambió esta configuración mientras la editabas. Revisá cómo quedó y volvé a intentar."
    return problem_response(Failure(409, "settings_conflict", message))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    return problem_response(_field_failure(_as(RequestValidationError, error).errors()))


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    unavailable = _as(Unavailable, error)
    log.warning("neighbour_unavailable", path=request.url.path, reason=str(unavailable))
    message = f"No responde {neighbour_of(unavailable)}. Esperá unos segundos y probá de nuevo."
    return problem_response(Failure(503, "unavailable", message, headers={"Retry-After": "5"}))


async def _no_database(request: Request, error: Exception) -> JSONResponse:
    return _infrastructure(request, "database", error)


async def _no_bus(request: Request, error: Exception) -> JSONResponse:
    return _infrastructure(request, "bus", error)


def _infrastructure(request: Request, what: str, error: Exception) -> JSONResponse:
    log.error(
        "infrastructure_unavailable",
        what=what,
        path=request.url.path,
        reason=f"{type(error).__name__}: {words_of(error)}",
    )
    message = "El sistema se está recuperando de una falla. Esperá unos segundos y probá de nuevo."
    return problem_response(Failure(503, "unavailable", message, headers={"Retry-After": "5"}))


async def _http(_: Request, error: Exception) -> JSONResponse:
    status = _as(HTTPException, error).status_code
    code, message = _HTTP_PROBLEMS.get(status, ("bad_request", "El pedido no se pudo entender."))
    return problem_response(Failure(status, code, message))


def _field_failure(errors: Sequence[Mapping[str, Any]]) -> Failure:
    first = errors[0]
    kind, context = str(first["type"]), first.get("ctx", {})
    if kind == "value_error":
        message = str(context.get("error", "Este dato no es válido."))
        message = message[:1].upper() + message[1:]
    else:
        message = _FIELD_MESSAGES.get(kind, "Este dato no es válido.").format_map(context)
    place = [str(part) for part in first["loc"][1:]]
    if "place" in context:  # of a template: found by its whole model, wrong in the part that it names
        place.append(str(context["name"]))
    return Failure(422, "invalid", message, field=".".join(place) or None)


def _as(kind: type[Any], error: Exception) -> Any:
    if not isinstance(error, kind):
        raise TypeError(f"{kind.__name__} expected") from error
    return error
