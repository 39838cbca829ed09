"""How long to wait before connecting again."""

import random

FIRST_S = 0.5
CAP_S = 60.0


def backoff_s(failures: int) -> float:
    """Return a delay that doubles with every failure in a row, capped at a minute, with half of it left to chance."""
    ceiling = min(CAP_S, FIRST_S * 2.0 ** min(failures, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
