"""From the link to the bus."""
