"""MikroWisp, API v1 (facts: its token travels in the body, errors come under HTTP 200)."""
