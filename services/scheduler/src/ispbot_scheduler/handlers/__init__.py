"""The scheduler's use cases."""
