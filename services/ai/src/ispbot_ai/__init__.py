"""Classification and summaries; providers and the usage ledger."""
