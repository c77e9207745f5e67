"""Reading a run back whole, from its record alone, and proving that it can be repeated."""
