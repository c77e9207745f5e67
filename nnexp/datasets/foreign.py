"""What is no data set that nnexp reads, and how its owner makes one of it."""

from __future__ import annotations

from pathlib import Path

from nnexp.datasets.layouts import pictures
from nnexp.datasets.options import some

TABLE = "in Python, pandas.{} makes a table of it"
SAVE = "numpy.savez({arrays!r}, x_train=…, y_train=…) writes what is read"

ARCHIVE, PICTURE = "an archive", "a picture"
KINDS = {
    ARCHIVE: ".zip .tar .tgz .tar.gz .tar.bz2 .tar.xz .7z .rar .xz",
    PICTURE: " ".join(pictures.ENDINGS),
    "a spreadsheet": ".xlsx .xls .ods",
    "JSON": ".json",
    "lines of JSON": ".jsonl .ndjson",
    "an Arrow file": ".feather .arrow",
    "sparse rows": ".libsvm .svm .svmlight",
    "a MATLAB file": ".mat",
    "an HDF5 file": ".h5 .hdf5",
    "PyTorch's tensors": ".pt .pth",
    "TensorFlow's records": ".tfrecord .tfrecords",
    "one array": ".npy",
}
REMEDIES = {
    ARCHIVE: "unpack it, and name what was in it",
    PICTURE: pictures.ASKED,
    "a spreadsheet": "save the sheet of the examples as .csv",
    "JSON": TABLE.format("read_json({name!r}).to_csv({table!r}, index=False)"),
    "lines of JSON": TABLE.format("read_json({name!r}, lines=True).to_csv({table!r}, index=False)"),
    "an Arrow file": TABLE.format("read_feather({name!r}).to_parquet({columns!r})"),
    "sparse rows": f"in Python, x, y = sklearn.datasets.load_svmlight_file({{name!r}}) and, with x.toarray(), {SAVE}",
    "a MATLAB file": f"in Python, scipy.io.loadmat({{name!r}}) reads its arrays, and {SAVE}",
    "an HDF5 file": f"in Python, h5py.File({{name!r}}) reads its arrays, and {SAVE}",
    "PyTorch's tensors": f"in Python, torch.load({{name!r}}) reads its tensors, and {SAVE}",
    "TensorFlow's records": f"in Python, tensorflow_datasets.as_numpy reads them, and {SAVE}",
    "one array": "its labels lie in another: name a folder of images.npy and labels.npy",
}
MADE = {"table": "csv", "columns": "parquet", "arrays": "npz"}  # by what a remedy calls them
MOST_ENTRIES = 1000  # of a folder that are looked at


def told(path: Path) -> str | None:
    """Say what lies at a path, and what to do; None if no more can be said."""
    if not path.is_dir():
        return _of_file(path)
    names = sorted(one.name for _, one in zip(range(MOST_ENTRIES), path.iterdir(), strict=False))
    kinds = {kind: name for name in names if (kind := _kind(name))}
    if ARCHIVE in kinds:
        return f"an archive, {kinds[ARCHIVE]}; unpack it there"
    if PICTURE in kinds:
        return f"pictures beside each other, {some(names, 3)}; {pictures.ASKED}"
    return _of_file(path / next(iter(kinds.values()))) if len(kinds) == 1 else None


def _of_file(path: Path) -> str | None:
    kind = _kind(path.name)
    if not kind:
        return None
    made = {name: f"{path.stem}.{ending}" for name, ending in MADE.items()}
    return f"{kind} ({path.suffix}); {REMEDIES[kind].format(name=str(path), **made)}"


def _kind(name: str) -> str | None:
    lower = name.lower()
    return next((kind for kind, endings in KINDS.items() if lower.endswith(tuple(endings.split()))), None)
