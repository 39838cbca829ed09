"""The provider that needs no key and no network: patterns over normalised words."""
