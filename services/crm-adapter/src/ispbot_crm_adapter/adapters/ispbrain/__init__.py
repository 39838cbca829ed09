"""ISPBrain's API v2 (facts: no public description; what was never seen is configured by the provider)."""
