"""Who may ask: user and password for a token, shown raw in ``Authorization``; or a key."""

from dataclasses import dataclass, field
from secrets import token_hex

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from ispbot_sims.isp.ispcube.account import Credentials


@dataclass
class BrainAccount:
    """Checks credentials and hands out tokens."""

    credentials: Credentials
    tokens: set[str] = field(default_factory=set)

    def login(self, body: dict[str, object]) -> Response:
        """Answer a login: the token, or that it is none."""
        if (body.get("username"), body.get("password")) != (self.credentials.username, self.credentials.password):
            return unauthenticated()
        token = token_hex(24)
        self.tokens.add(token)
        return JSONResponse({"token_access": token})

    def allows(self, headers: Headers) -> bool:
        """Tell whether a call shows a token (without "Bearer") or the key."""
        shown = headers.get("authorization", "")
        return shown in self.tokens or self.credentials.api_key in (shown, headers.get("x-api-key"))


def unauthenticated() -> Response:
    """Return what a wrong password, token or key gets (its body was not seen)."""
    return JSONResponse({"message": "Unauthenticated."}, status_code=401)
