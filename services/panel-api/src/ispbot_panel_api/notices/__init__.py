"""Gateway ISP: who may push notices, how they leave, and their ledger."""
