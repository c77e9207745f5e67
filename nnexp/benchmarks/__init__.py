"""How fast nnexp.core is, next to the loop of the notebooks that it replaces."""
