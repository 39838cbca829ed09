"""The WhatsApp link: session, inbound, media, sending, contact identity."""
