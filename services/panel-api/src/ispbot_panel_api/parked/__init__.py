"""Mensajes apartados: what could not be handled, for administrators to judge."""
