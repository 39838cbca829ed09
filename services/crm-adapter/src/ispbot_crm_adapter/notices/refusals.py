"""Why a push is not taken."""


class PushRefused(Exception):
    """The answer to a push that is not taken: HTTP status, stable code, Spanish sentence with what to do."""

    def __init__(self, status: int, code: str, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.retry_after_s = status, code, message, retry_after_s
