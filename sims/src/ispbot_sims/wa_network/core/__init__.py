"""The network itself: who exists, what was said, what still has to arrive."""
