"""Whole-system tests; a service's own tests live beside it."""
