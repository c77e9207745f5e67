"""Print seconds an epoch on MNIST, the per-example loop's and ours, as nnexp bench does: epoch.py [h ...]"""

import sys

from nnexp.cli.bench import bench

if __name__ == "__main__":
    bench([int(word) for word in sys.argv[1:]] or [30, 100], rounds=3, limit=None)
