"""The code of a run is known: its commit, and what was changed since."""

import subprocess

import pytest

from nnexp.recording import code as source
from nnexp.tracking.records import Tag


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A committed package of two files, which `source` takes for nnexp."""
    folder = tmp_path / "checkout"
    package = folder / "package"
    package.mkdir(parents=True)
    (package / "a.py").write_text("one = 1\n")
    (package / "b.py").write_text("two = 2\n")
    identity = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    identity |= {f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for name, value in identity.items():
        monkeypatch.setenv(name, value)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    monkeypatch.setattr(source, "PACKAGE", package)
    for cached in (source.tags, source.changes):
        cached.cache_clear()
    yield package
    for cached in (source.tags, source.changes):
        cached.cache_clear()


def test_a_clean_checkout(checkout):
    tags = source.tags()
    assert len(tags[Tag.COMMIT]) == 40
    assert tags[Tag.DIRTY] == "false"
    assert source.changes() == ""


def test_the_changes_make_the_same_code_of_the_commit(checkout, tmp_path):
    (checkout / "a.py").write_text("one = 1.0001\n")
    (checkout / "b.py").unlink()
    (checkout / "new.py").write_text("# é\nthree = 3")
    (checkout / "empty.py").touch()
    (checkout / "notes.txt").write_text("not code")
    assert source.tags()[Tag.DIRTY] == "true"
    (tmp_path / "code.diff").write_text(source.changes())
    subprocess.run(["git", "clone", "-q", checkout.parent, tmp_path / "again"], check=True)
    subprocess.run(["git", "apply", tmp_path / "code.diff"], cwd=tmp_path / "again", check=True)
    again = {file.name: file.read_text().rstrip("\n") for file in (tmp_path / "again" / "package").glob("*.py")}
    assert again == {"a.py": "one = 1.0001", "new.py": "# é\nthree = 3", "empty.py": ""}


def test_no_checkout(checkout):
    (checkout.parent / ".git").rename(checkout.parent / "no-git")
    assert Tag.DIRTY not in source.tags()
    assert source.changes() == ""
