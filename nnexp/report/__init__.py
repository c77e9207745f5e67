"""Numbers -> words and pictures: prose, tables, plots, the page, and what was published."""
