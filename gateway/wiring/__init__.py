"""The only place that builds the gateway and closes it. A command takes from here no more than it needs."""
