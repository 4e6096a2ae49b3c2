"""Setting up, starting and shipping the project."""
