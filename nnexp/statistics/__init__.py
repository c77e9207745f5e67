"""Pure functions on numbers: intervals, tests, how many seeds. Knows no runs."""
