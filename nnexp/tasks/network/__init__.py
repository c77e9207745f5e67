"""The task that ships: the NumPy network of core/, on a data set of pictures."""
