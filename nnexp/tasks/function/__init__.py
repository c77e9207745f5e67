"""Functions of anybody's as tasks: what they take is what can be set, what they yield is measured."""
