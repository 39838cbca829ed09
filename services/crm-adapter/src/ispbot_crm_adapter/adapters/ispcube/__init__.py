"""ISPCube's cloud API (facts: four credentials, a token of a day, requests that are charged for)."""
