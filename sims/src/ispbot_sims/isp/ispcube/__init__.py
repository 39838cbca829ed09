"""ISPCube's API over the demo provider, with its shapes and quirks."""
