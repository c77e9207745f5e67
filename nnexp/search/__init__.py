"""Points of a space, and who asks for them. Knows no runs and no store."""
