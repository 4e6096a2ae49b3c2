"""The operations pages (`/ops`): see it, find it, mend it."""
