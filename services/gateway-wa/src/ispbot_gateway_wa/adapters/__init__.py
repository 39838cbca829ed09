"""The WhatsApp transports: a vendor's words stop here."""
