"""Staff accounts, permissions, settings, audit and live updates."""
