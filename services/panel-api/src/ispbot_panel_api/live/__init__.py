"""One live socket per browser."""
