"""Print seconds an epoch on MNIST, as nnexp bench does: epoch.py [h ...]"""

import sys

from nnexp.cli.bench import bench

if __name__ == "__main__":
    bench([int(word) for word in sys.argv[1:]] or [30, 100], [10], rounds=3, limit=None)
