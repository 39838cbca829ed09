"""Makes the real transport. Importing this loads the Go library."""

from neonize._binder import gocode

from ispbot_gateway_wa.adapters.neonize.store import session_store
from ispbot_gateway_wa.adapters.neonize.transport import NeonizeTransport
from ispbot_gateway_wa.settings import GatewaySettings


def make_neonize_transport(config: GatewaySettings) -> NeonizeTransport:
    """Return a transport of this environment's session."""
    store = session_store(config.wa_session.get_secret_value(), config.wa_folder / "whatsapp.db")
    return NeonizeTransport(store, secret=config.secret_key.get_secret_value().encode(), gocode=gocode)
