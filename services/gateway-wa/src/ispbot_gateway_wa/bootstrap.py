"""Where the parts meet."""

from ispbot_contracts.whatsapp import ShowTyping
from ispbot_gateway_wa import contacts
from ispbot_gateway_wa.gateway import Gateway
from ispbot_gateway_wa.inbound import media
from ispbot_gateway_wa.outbound import cold, ledger
from ispbot_gateway_wa.settings import GatewaySettings
from ispbot_gateway_wa.transports import transport_factory
from ispbot_runtime.mongo import ensure_indexes
from ispbot_runtime.service import Bootstrap, Service

INDEXES = contacts.INDEXES | media.INDEXES | ledger.INDEXES | cold.INDEXES


def bootstrap_with(config: GatewaySettings) -> Bootstrap:
    """Return the bootstrap of a gateway with this environment."""

    async def bootstrap(service: Service) -> None:
        await ensure_indexes(service.database, INDEXES)
        gateway = Gateway(
            bus=service.bus, database=service.database, media=service.media, watch=service.watch,
            make_transport=transport_factory(config), media_max_bytes=config.media_max_bytes,
            spool_folder=config.wa_folder / "spool", spool_max_bytes=config.spool_max_bytes,
        )  # fmt: skip
        service.health.limits["whatsapp"] = gateway.limit
        service.health.limits["silence"] = gateway.silence_limit
        service.health.limits["spool"] = gateway.spool_limit
        await service.bus.listen(ShowTyping, gateway.show_typing)
        service.background(gateway.start(), "gateway")
        service.before_close(gateway.stop)

    return bootstrap
