"""Integraciones ISP: the one management system, its credentials, and whether it answers."""
