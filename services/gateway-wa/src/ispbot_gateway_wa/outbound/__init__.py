"""From the bus to the link: never twice, never silently dropped."""
