"""The one configured management system behind our customer model."""
