"""The use cases of the ai service."""
