"""The HTTP side: for tests, load tools and the phone page."""
