"""Herramientas: modes of operation and emergencies."""
