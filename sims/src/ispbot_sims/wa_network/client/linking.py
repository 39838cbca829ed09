"""Link the company's number as its owner would: wait for the QR and scan it."""

import asyncio

from ispbot_sims.wa_network.client.network import WaNetworkClient

_LOOK_EVERY_S = 0.1


async def link(net: WaNetworkClient, *, timeout_s: float = 30.0) -> None:
    """Scan the QR that is shown, unless a device is linked already. Raises TimeoutError when none is shown in time."""
    if any(account["devices"] for account in await net.accounts()):
        return
    async with asyncio.timeout(timeout_s):
        while not await net.pairing():
            await asyncio.sleep(_LOOK_EVERY_S)
    await net.scan()
