"""The conversation's rules: pure, no framework."""
