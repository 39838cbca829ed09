"""The router's use cases, one per file. Those of the menu take a turn and an argument; they may return what to do next."""
