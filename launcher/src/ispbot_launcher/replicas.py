"""How many processes of each service run: ``ISPBOT_REPLICAS=router=2,tickets=2``.

The first keeps the service's name, the others are ``router-2``, ``router-3`` ... They share the work through the bus and need
to know nothing of each other; of ``gateway-wa`` one serves the number and the others stand by.
"""

from collections.abc import Iterable, Mapping

from ispbot_launcher.errors import BAD_USE, LauncherError

VARIABLE = "ISPBOT_REPLICAS"
_MOST = 16


def read_replicas(text: str, services: Iterable[str]) -> dict[str, int]:
    """Return the services of which more than one process is wanted. Raises LauncherError that says what is wrong."""
    known = tuple(services)
    wanted: dict[str, int] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, count = entry.partition("=")
        if name not in known:
            raise LauncherError(
                f'{VARIABLE}: no service is called "{name}". Services: {", ".join(known)}', code=BAD_USE
            )
        if not count.isdigit() or not 1 <= int(count) <= _MOST:
            raise LauncherError(f'{VARIABLE}: "{entry}" is not {name}=1 to {name}={_MOST}', code=BAD_USE)
        wanted[name] = int(count)
    return wanted


def names_of(service: str, replicas: Mapping[str, int]) -> tuple[str, ...]:
    """Return the part names of a service's processes."""
    return (service, *(f"{service}-{number}" for number in range(2, replicas.get(service, 1) + 1)))


def service_of(part: str, services: Iterable[str]) -> str | None:
    """Return which service a part is a process of, None when it is none."""
    base, _, number = part.rpartition("-")
    known = tuple(services)
    if part in known:
        return part
    return base if base in known and number.isdigit() else None
