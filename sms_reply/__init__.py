"""What an inbound text means: read it, find what it answers, and word the answer. Knows no gateway."""
