"""A command as a task: its arguments are filled with settings, its results are read from what it prints or writes."""
