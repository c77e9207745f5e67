"""A comparison in tables: for a terminal, Markdown, LaTeX, JSON and CSV."""
