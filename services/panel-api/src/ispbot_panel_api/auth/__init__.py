"""Who is calling: passwords, sessions, login."""
