"""Print seconds an epoch on MNIST, the per-example loop's and ours: python tests/benchmarks/epoch.py [h ...]"""

import gzip
import os
import sys
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

import numpy as np

from nnexp.benchmarks.epoch import measure
from nnexp.core import Examples

DATA = Path(__file__).parents[2] / "data"


def mnist() -> Examples:
    images = np.frombuffer(gzip.decompress((DATA / "train-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((DATA / "train-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    return Examples(images.reshape(-1, 784)[:50_000], labels[:50_000], 1 / 256)


if __name__ == "__main__":
    table = measure(mnist(), [int(word) for word in sys.argv[1:]] or [30, 100])
    rows = [f"{t.hidden:5d}{t.loop_s:9.2f}{t.ours_s:9.3f}{t.ratio:8.1f}" for t in table]
    print("    h   loop s   ours s   ratio", *rows, sep="\n")
