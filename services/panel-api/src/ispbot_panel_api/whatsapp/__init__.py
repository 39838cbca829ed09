"""The WhatsApp link as the panel shows it."""
