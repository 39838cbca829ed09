"""ISPBrain's API v2 as far as it was seen, with stand-ins of our own for what was not (README)."""
