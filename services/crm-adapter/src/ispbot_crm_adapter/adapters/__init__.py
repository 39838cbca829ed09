"""The vendors. A vendor's words stop in its folder."""
