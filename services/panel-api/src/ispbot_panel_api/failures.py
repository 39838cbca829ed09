"""The refusals of this service itself: HTTP status, stable code, and a Spanish sentence that says what to do."""


class Failure(Exception):
    """Answered as a problem body (see ``web/problems.py``)."""

    def __init__(
        self, status: int, code: str, message: str, *, field: str | None = None, details: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.details = details or {}
        self.headers = headers or {}


def invalid(field: str, message: str, *, code: str = "invalid") -> Failure:
    """Return the failure of one field of a form."""
    return Failure(422, code, message, field=field)


def not_found(what: str) -> Failure:
    """Return the failure for something that is not there."""
    return Failure(404, "not_found", what)


def forbidden() -> Failure:
    """Return the failure for a permission that the role does not have."""
    return Failure(403, "forbidden", "Tu rol no tiene permiso para esto. Pedíselo a un administrador.")


def no_session() -> Failure:
    """Return the failure for a missing, ended or revoked session."""
    return Failure(401, "no_session", "Tu sesión terminó. Volvé a iniciar sesión.")
