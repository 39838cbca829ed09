"""MongoDB: one document per conversation (with its open ticket), one per line, one per ticket for the histories."""
