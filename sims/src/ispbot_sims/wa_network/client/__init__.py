"""Drive the network from tests and load tools."""

from ispbot_sims.wa_network.client.device import LinkedDevice, LinkLost, pair_device
from ispbot_sims.wa_network.client.network import NetworkError, WaNetworkClient
from ispbot_sims.wa_network.client.phone import NotSeen, PhoneClient, Seen, Tick

__all__ = [
    "LinkLost",
    "LinkedDevice",
    "NetworkError",
    "NotSeen",
    "PhoneClient",
    "Seen",
    "Tick",
    "WaNetworkClient",
    "pair_device",
]
