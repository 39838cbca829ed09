"""Conversations, their lines and their ticket: pure values and rules."""
