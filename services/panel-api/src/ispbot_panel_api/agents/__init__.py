"""Colleagues: who can get a ticket and who is online."""
