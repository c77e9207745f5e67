"""What a command is called, and what of it makes another experiment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nnexp.tasks.command.program import Program, read_program
from nnexp.tasks.command.template import Template

LOSS = "print('loss: 1')\n"


def read(folder: Path, *typed: str, results: str = "") -> Program:
    return read_program(Template(typed), folder, results)


def code(folder: Path, *typed: str) -> str:
    return read(folder, *typed).sources.digest


def test_the_script_and_what_it_imports_and_its_packages_count(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import beside\nimport numpy\nimport json\n")
    (tmp_path / "beside.py").write_text("x = 1")
    sources = read(tmp_path, "python3", "-u", "-W", "ignore", "train.py", "{lr}").sources
    assert {*sources.texts} == {"train.py", "beside.py", "its command"}
    assert {*sources.packages} == {"numpy"}


def test_other_code_is_another_experiment_and_another_comment_is_not(tmp_path: Path) -> None:
    def of(text: str) -> str:
        (tmp_path / "train.py").write_text(text)
        return code(tmp_path, "python", "train.py")

    assert of(LOSS) == of(f"# why\n{LOSS}") != of("print('loss: 2')")
    assert of("what is no Python(") != of("what is no Python (")


def test_another_command_is_another_experiment(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(LOSS)
    typed = [("--lr", "{lr}"), ("--rate", "{lr}"), ("--lr", "{lr}", "--fast")]
    assert len({code(tmp_path, "python", "train.py", *arguments) for arguments in typed}) == 3
    assert (
        read(tmp_path, "python", "train.py").sources.digest
        != read(tmp_path, "python", "train.py", results="m.csv").sources.digest
    )


def test_where_it_lies_counts_for_nothing(tmp_path: Path) -> None:
    for folder in ("here", "there/deeper"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "train.py").write_text(LOSS)
    commands = [
        (tmp_path / "here", "python", "train.py"),
        (tmp_path / "there", "python", "deeper/train.py"),
        (tmp_path, "python", str(tmp_path / "here" / "train.py")),
    ]
    found = [read(*command) for command in commands]
    assert {program.name for program in found} == {"train.py"}
    assert len({program.sources.digest for program in found}) == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (("python", "-m", "lessons.first", "{lr}"), "lessons.first"),
        (("python", "-um", "lone"), "lone.py"),
        (("python3", "app"), "$ app"),
        (("python", "-c", "print('loss: 1')"), "$ python"),
        (("sh", "run.sh", "{lr}"), "run.sh"),
        (("./simulate", "{lr}"), "$ simulate"),
        ((sys.executable, "lone.py"), "lone.py"),
        (("env", "A=1", "python", "lone.py"), "lone.py"),
    ],
)
def test_it_is_named_by_its_script(typed: tuple[str, ...], name: str, tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "app").mkdir()
    for file in ("lessons/first.py", "lone.py", "app/__main__.py", "run.sh"):
        (tmp_path / file).write_text(LOSS)
    (tmp_path / "simulate").write_text("#!/bin/sh\necho loss: 1\n")
    (tmp_path / "simulate").chmod(0o755)
    assert read(tmp_path, *typed).name == name


def test_the_file_of_a_program_counts_and_scripts_among_the_arguments(tmp_path: Path) -> None:
    program, script = tmp_path / "simulate", tmp_path / "run.jl"
    program.write_text("#!/bin/sh\necho loss: 1\n")
    program.chmod(0o755)
    script.write_text("println(1)")
    before = code(tmp_path, "./simulate", "run.jl", "{lr}")
    script.write_text("println(2)")
    after = code(tmp_path, "./simulate", "run.jl", "{lr}")
    program.write_text("#!/bin/sh\necho loss: 2\n")
    assert len({before, after, code(tmp_path, "./simulate", "run.jl", "{lr}")}) == 3
