"""The customer panel beside a conversation."""
