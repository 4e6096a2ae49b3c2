"""The audit: what is told of every change, and how it is kept so that nobody can change it unseen."""
