"""The three failures of a handler: a refusal answers the caller, a retryable comes again later, a poison is parked."""


class RuntimeFailure(Exception):
    """Root of everything the chassis raises."""


class Refusal(RuntimeFailure):
    """The question is understood and the answer is no. ``message`` is Spanish, for people; ``code`` is for programs."""

    def __init__(self, code: str, message: str, **details: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class Retryable(RuntimeFailure):
    """It may work later: try again after ``delay_s`` seconds, without counting it as a failed try."""

    def __init__(self, reason: str, *, delay_s: float = 2.0) -> None:
        super().__init__(reason)
        self.delay_s = delay_s


class Poison(RuntimeFailure):
    """It can never work as it stands: park it where a person sees it."""


class Unavailable(Retryable):
    """A neighbour (bus, database, another service) did not answer in time."""
