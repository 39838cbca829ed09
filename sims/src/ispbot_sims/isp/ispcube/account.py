"""Who may ask: the four credentials, the headers every call carries, the tokens of a day."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

TOKEN_LIFE = timedelta(hours=24)
_EVERY_CALL = ("api-key", "client-id", "login-type")


@dataclass(frozen=True)
class Credentials:
    """What the provider's account consists of."""

    username: str = "chatbot"
    password: str = "demo-password"
    api_key: str = "3f0c9a52-7d1e-4b6a-9c55-1d2e3f4a5b6c"
    client_id: str = "326"


@dataclass
class Account:
    """Checks credentials and hands out tokens."""

    credentials: Credentials
    tokens: dict[str, datetime] = field(default_factory=dict)

    def login(self, headers: Headers, body: dict[str, object]) -> Response:
        """Answer a login: the token, or why not."""
        refused = self._missing(headers, _EVERY_CALL) or self._wrong_company(headers)
        if refused is not None:
            return refused
        if (body.get("username"), body.get("password")) != (self.credentials.username, self.credentials.password):
            return no("Credenciales incorrectas", 401)
        token = f"{len(self.tokens) + 1}|{token_hex(20)}"
        self.tokens[token] = datetime.now(UTC)
        return JSONResponse({"token": token})

    def refuse(self, headers: Headers) -> Response | None:
        """Return why a call is not allowed, None when it is."""
        refused = self._missing(headers, (*_EVERY_CALL, "username")) or self._wrong_company(headers)
        if refused is not None:
            return refused
        issued = self.tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
        if issued is None or datetime.now(UTC) - issued > TOKEN_LIFE:
            return unauthenticated()
        return None

    @staticmethod
    def _missing(headers: Headers, names: tuple[str, ...]) -> Response | None:
        for name in names:
            if not headers.get(name):
                return no(f"{name} header requerido", 400)
        return None

    def _wrong_company(self, headers: Headers) -> Response | None:
        given = headers["api-key"], headers["client-id"]
        return None if given == (self.credentials.api_key, self.credentials.client_id) else unauthenticated()


def no(message: str, status: int) -> Response:
    """Return a refusal in ISPCube's usual form."""
    return JSONResponse({"status": False, "message": message}, status_code=status)


def unauthenticated() -> Response:
    """Return what a wrong or old token gets."""
    return JSONResponse({"message": "Unauthenticated."}, status_code=401)
