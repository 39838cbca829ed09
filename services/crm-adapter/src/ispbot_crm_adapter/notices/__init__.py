"""Notices of the management system to its customers: in by push or pull, kept in a ledger, out through the gateway."""
