"""A carrier's registry over plain HTTP, as the local carrier offers it."""
