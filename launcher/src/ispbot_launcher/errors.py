"""What the launcher tells the person in front of the terminal when it can not go on."""

BAD_USE = 2
"""Exit code when the person must change something first: a port, a flag, another instance."""
NOT_RUNNING = 3


class LauncherError(Exception):
    """Carries a text for the terminal (what happened, what to type) and the exit code."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
