"""The code of somebody's task: whatever decides its numbers is in its digest, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nnexp.tasks import sources
from nnexp.tasks.sources import is_installed, read_sources

Write = Callable[[str, str], Path]

FILES = {
    "mine.py": "import helper\nfrom package import module\n\ndef train():\n    import lazily\n    return 1\n",
    "helper.py": "import numpy\nimport beneath.it\nrate = 1\n",
    "lazily.py": "x = 1\n",
    "package/__init__.py": "",
    "package/module.py": "from . import beside\nfrom .beside import y\nfrom .. import nowhere\n",
    "package/beside.py": "y = 1\n",
    "package/unused.py": "z = 1\n",
    "beneath/it.py": "import mine\n",
    "unused.py": "z = 1\n",
}
BELONGS = set(FILES) - {"unused.py", "package/unused.py"}


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write a file in the project's folder; whatever Python found meanwhile is forgotten."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / "project" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        sys.path_importer_cache.clear()
        return file

    for name, text in FILES.items():
        write(name, text)
    yield write
    sources.package_version.cache_clear()


def digest(file: Path) -> str:
    return read_sources(file, file.parent).digest


@pytest.fixture
def mine(write: Write, tmp_path: Path) -> Path:
    return tmp_path / "project" / "mine.py"


def test_what_a_module_imports_belongs_to_it_wherever_that_stands(mine: Path) -> None:
    found = read_sources(mine, mine.parent)
    assert set(found.texts) == BELONGS
    assert found.texts["helper.py"] == FILES["helper.py"]
    assert set(found.packages) == {"numpy"}


@pytest.mark.parametrize("name", sorted(BELONGS))
def test_a_changed_line_of_any_of_it_is_other_code(write: Write, mine: Path, name: str) -> None:
    before = digest(mine)
    write(name, f"{FILES[name]}\n# a comment\n")
    assert digest(mine) == before
    write(name, f"{FILES[name]}\nx = 2\n")
    assert digest(mine) != before


@pytest.mark.parametrize("name", ["unused.py", "package/unused.py"])
def test_what_is_not_imported_counts_for_nothing(write: Write, mine: Path, name: str) -> None:
    before = digest(mine)
    write(name, "z = 2\n")
    assert digest(mine) == before


def test_a_file_that_comes_to_be_imported_counts(write: Write, mine: Path) -> None:
    before = digest(mine)
    write("package/module.py", "import unused\n")
    assert "unused.py" in read_sources(mine, mine.parent).texts
    assert digest(mine) != before


def test_the_same_folder_elsewhere_is_the_same_code(mine: Path, tmp_path: Path) -> None:
    before = digest(mine)
    moved = (tmp_path / "project").rename(tmp_path / "moved")
    assert digest(moved / "mine.py") == before


def test_two_files_of_one_name_are_told_apart_by_their_text(tmp_path: Path) -> None:
    found = []
    for folder, text in (("a", "x = 1"), ("b", "x = 2"), ("c", "x = 1")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text(text)
        found.append(digest(tmp_path / folder / "one.py"))
    assert found[0] == found[2] != found[1]


def test_what_is_installed_editable_belongs_to_it(
    write: Write, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere" / "editable").mkdir(parents=True)
    file = tmp_path / "elsewhere" / "editable" / "__init__.py"
    file.write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    write("helper.py", "import editable")
    before = digest(mine)
    assert "editable/__init__.py" in read_sources(mine, mine.parent).texts
    file.write_text("x = 2")
    assert digest(mine) != before


def test_another_version_of_an_imported_package_is_other_code(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(mine)
    monkeypatch.setattr(sources.metadata, "version", lambda name: f"of another {name}")
    sources.package_version.cache_clear()
    assert digest(mine) != before


def test_nnexp_and_python_count_for_nothing(write: Write, mine: Path) -> None:
    write("helper.py", "import nnexp, nnexp.core.network, json, random.nothing")
    found = read_sources(mine, mine.parent)
    assert set(found.texts) == BELONGS - {"beneath/it.py"}
    assert found.packages == {}


def test_a_package_whose_module_is_called_otherwise_is_found(write: Write, mine: Path) -> None:
    write("helper.py", "import yaml, sklearn.linear_model, nothing_at_all")
    assert set(read_sources(mine, mine.parent).packages) == {"yaml", "sklearn"}


def test_a_file_beside_stands_before_what_is_installed_but_a_mere_folder_does_not(write: Write, mine: Path) -> None:
    write("helper.py", "import yaml, sklearn, queue")
    write("yaml.py", "x = 1")
    write("queue.py", "x = 1")
    write("sklearn/logs.txt", "")
    found = read_sources(mine, mine.parent)
    assert {"yaml.py", "queue.py"} <= set(found.texts)
    assert set(found.packages) == {"sklearn"}


ODD = {
    "of another Python": b"print 'hello'\n",
    "of no Python at all": b"(\n",
    "badly indented": b"if x:\n        y\n    z\n",
    "not in UTF-8": b"x = '\xe9'\n",
    "in Latin-1": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "with a NUL": b"x = '\0'\n",
    "empty": b"",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_whatever_a_file_holds_is_read_and_told_apart(mine: Path, content: bytes) -> None:
    """It may be imported under a condition alone, or not before the function is called."""
    file = mine.with_name("lazily.py")
    file.write_bytes(content)
    before = digest(mine)
    file.write_bytes(content.replace(b"\xe9", b"\xe8") + b"x\n")
    assert digest(mine) != before


def test_letters_beyond_ascii_are_told_apart(mine: Path) -> None:
    found = []
    for content in (b"# coding: latin-1\nx = '\xe9'", b"# coding: latin-1\nx = '\xe8'", b"x = '\xe9'", b"x = '\xe8'"):
        mine.with_name("lazily.py").write_bytes(content)
        found.append(digest(mine))
    assert len(set(found)) == 4


def test_what_is_installed_is_told_from_what_is_not(mine: Path) -> None:
    import numpy as np

    assert is_installed(str(np.__file__))
    assert not is_installed(mine)
    assert not is_installed("<frozen importlib._bootstrap>")
