"""The ./ispbot command: starts, watches and tests everything."""
