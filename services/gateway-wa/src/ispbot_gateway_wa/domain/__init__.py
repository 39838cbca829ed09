"""Pure rules: the link's states, addresses and who is who."""
