"""nnexp: which settings of a small neural network are better, and is the difference real?"""

__version__ = "0.1.0"
