"""A comparison in sentences."""
