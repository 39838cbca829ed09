"""Visits, installations and free slots."""
