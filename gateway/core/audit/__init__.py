"""The audit: an event for every change, kept so that nobody can alter it unseen."""
