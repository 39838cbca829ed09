"""The library's JID messages and WhatsApp addresses."""

from ispbot_gateway_wa.adapters.neonize.vendor import JID


def address_of(jid: JID) -> str | None:
    """Return ``user@server`` without the device, None for an empty JID."""
    return f"{jid.User}@{jid.Server}" if jid.Server and (jid.User or jid.Server == "broadcast") else None


def jid_of(address: str) -> JID:
    """Return the JID of an address; every field is required by the library."""
    user, _, server = address.rpartition("@")
    return JID(User=user, Server=server, RawAgent=0, Device=0, Integrator=0, IsEmpty=False)
