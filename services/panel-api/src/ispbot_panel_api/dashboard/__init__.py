"""The first screen's numbers."""
