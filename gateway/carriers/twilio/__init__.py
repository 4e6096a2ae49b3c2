"""Twilio: texts and calls go out by its SDK, its signed webhooks come in, and its codes stay here."""
