"""The audit: what is told of every change, and how it is kept so that nobody can change it unseen."""

from gateway.core.audit.events import EVENTS, REASONS, EventFields

__all__ = ["EVENTS", "REASONS", "EventFields"]
