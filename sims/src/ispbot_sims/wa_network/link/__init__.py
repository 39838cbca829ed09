"""The socket of a linked device."""
