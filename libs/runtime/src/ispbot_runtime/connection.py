"""A connection that always comes back: to every server of a cluster, and after every loss.

What a server says against a standing connection (our token changed, it has too many clients) makes nats-py close it for
good; then the process ends, and its successor connects (``Bus.on_closed``).

nats-py adds the servers of a cluster that it hears of to its list, without the user, password or token that stands in our
addresses, and is turned away when it comes to one of them. So the proof of who we are is kept apart from the addresses.
"""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from faststream.nats import NatsBroker
from faststream.nats.security import NatsToken, NatsUserPassword
from faststream.security import BaseSecurity
from nats.aio.client import ErrorCallback

from ispbot_runtime.errors import RuntimeFailure


class BadBusAddress(RuntimeFailure):
    """``ISPBOT_NATS_URL`` can not be used."""


@dataclass(frozen=True)
class BusAddress:
    """The servers, without secrets, and the proof for all of them (None: they ask for none)."""

    servers: list[str]
    security: BaseSecurity | None


def bus_address(urls: str) -> BusAddress:
    """Return the parts of a comma list of addresses. Raises BadBusAddress, whose words hold no secret."""
    parts = [urlsplit(url.strip()) for url in urls.split(",") if url.strip()]
    if not parts or any(not part.hostname for part in parts):
        raise BadBusAddress("ISPBOT_NATS_URL: write nats://[user:password@]host:port, several with commas")
    proofs = {(part.username, part.password) for part in parts}
    if len(proofs) > 1:
        raise BadBusAddress("ISPBOT_NATS_URL: give every server the same user and password (or token)")
    ((user, password),) = proofs
    servers = [urlunsplit(part._replace(netloc=part.netloc.rpartition("@")[2])) for part in parts]
    return BusAddress(servers, _security(user, password))


def _security(user: str | None, password: str | None) -> BaseSecurity | None:
    if not user and password:
        raise BadBusAddress("ISPBOT_NATS_URL: a password needs its user; a token is written nats://token@host:port")
    if not user:
        return None
    if password is None:
        return NatsToken(unquote(user))
    return NatsUserPassword(unquote(user), unquote(password))


class SteadyBroker(NatsBroker):
    """FastStream raises errors that it takes for final out of nats-py's error callback: right at the first connection, but amid
    a reconnect it ends the reconnecting for ever, with the process left alive and deaf.

    The method is private to FastStream: ``test_being_turned_away_for_a_while_does_not_end_the_reconnecting`` guards it.
    """

    def _log_connection_broken(self, error_cb: ErrorCallback | None = None) -> ErrorCallback:
        at_first = super()._log_connection_broken(error_cb)

        async def tell(error: Exception) -> None:
            if self._connection is None:
                await at_first(error)
            elif error_cb is not None:
                await error_cb(error)

        return tell
