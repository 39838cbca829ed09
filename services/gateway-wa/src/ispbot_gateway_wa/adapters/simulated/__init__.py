"""The transport of the simulated network: its link protocol, spoken from the page that describes it."""
