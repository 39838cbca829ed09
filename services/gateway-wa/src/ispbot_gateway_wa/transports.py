"""Chooses the transport. The real one is imported only when it is wanted: it costs 70 MB."""

from collections.abc import Callable

from ispbot_gateway_wa.adapters.simulated.transport import SimulatedTransport
from ispbot_gateway_wa.ports import WhatsAppTransport
from ispbot_gateway_wa.settings import GatewaySettings


def transport_factory(config: GatewaySettings) -> Callable[[], WhatsAppTransport]:
    """Return how to make the transport of this process."""
    if config.wa_transport == "simulated":
        return lambda: SimulatedTransport(config.wa_network_url, config.wa_folder)
    from ispbot_gateway_wa.adapters.neonize.make import make_neonize_transport  # noqa: PLC0415 - see above

    return lambda: make_neonize_transport(config)
