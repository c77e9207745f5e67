"""What files, folders and arrays are called: which part of a data set they hold, and whether inputs or labels.

Keras says x_train, MedMNIST train_images, KMNIST kmnist-test-imgs, torchvision train/, others X_val or test_labels.
"""

from __future__ import annotations

import re

from nnexp.datasets.content import TEST, TRAIN, VAL

PARTS = {
    TRAIN: {"train", "training", "trn", "tra"},
    VAL: {"val", "valid", "validation", "dev"},
    TEST: {"test", "testing", "tst", "tes", "t10k", "eval"},
}
KINDS = {
    "x": {"x", "images", "image", "imgs", "img", "data", "features", "inputs", "pixels"},
    "y": {"y", "labels", "label", "lbls", "targets", "target", "classes", "class"},
}
WORDS = re.compile(r"[a-z]+(?:10k)?")


def part_of(name: str) -> str | None:
    """Tell which part a name speaks of: the last that it names."""
    found = [part for word in _words(name) for part, spelled in PARTS.items() if word in spelled]
    return found[-1] if found else None


def role_of(name: str) -> str | None:
    """Tell which array a name speaks of, as `x_train`; one that names no part is of the training part."""
    kinds = [kind for word in _words(name) for kind, spelled in KINDS.items() if word in spelled]
    return f"{kinds[-1]}_{part_of(name) or TRAIN}" if kinds else None


def _words(name: str) -> list[str]:
    return WORDS.findall(name.lower())
