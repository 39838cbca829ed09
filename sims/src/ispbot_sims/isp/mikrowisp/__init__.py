"""MikroWisp's API v1 over the demo provider, with its shapes and quirks."""
