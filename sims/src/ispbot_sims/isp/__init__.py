"""The demo Internet provider: one model of a company and its customers, and the faces of management systems over it."""
