"""What the services share about each other: events, commands, queries, settings and streams.

Nothing here connects to anything; the chassis that carries these messages is ``ispbot_runtime``.
"""
