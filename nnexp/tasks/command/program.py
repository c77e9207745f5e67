"""What a command runs: its program and its scripts, by which it is named, and whose content is in its key.

Of `python FILE` and `python -m MODULE` that is the file, and what belongs to it as to any module (sources.py); of any
other program the digest of its file, and of its arguments those that are scripts. Where they lie counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnexp.errors import ConfigError
from nnexp.tasks.command.template import Template, literal
from nnexp.tasks.sources import Sources, package_version, read_sources

COMMAND = "its command"  # stands among the sources, under a name that no file has here
PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?")
FLAGS = re.compile(r"-[a-zA-Z]*?([cmWX])(.*)|--check-hash-based-pycs$", re.DOTALL)  # that take what follows
SCRIPTS = {".py", ".sh", ".bash", ".zsh", ".fish", ".r", ".jl", ".lua", ".pl", ".rb", ".js", ".mjs", ".ts", ".m"}


def command_in(sources: Sources) -> str | None:
    """Give the command that is among sources, as it is typed after `nnexp train`; None where none is."""
    try:
        found = json.loads(sources.texts.get(COMMAND, "null"))
        return as_typed(map(str, found["command"]), str(found["results"])) if found else None
    except (ValueError, LookupError, TypeError, RecursionError):  # a record may have been altered
        return None


def as_typed(arguments: Iterable[str], results: str) -> str:
    """Write a command as it is typed after `nnexp train`."""
    return shlex.join([*(["--results", results] if results else []), "--", *arguments])


@dataclass(frozen=True)
class Program:
    """What a command is called, and its code as it lies there now."""

    name: str
    sources: Sources


def read_program(template: Template, folder: Path, results: str = "") -> Program:
    """Find what a command runs that is typed in a folder, and read it; `results` is where they are looked for.

    Raises
    ------
    ConfigError
        For a program or a script that is not there, or that a setting decides on.
    """
    first, *rest = template.arguments
    program = literal(first)
    found = program and shutil.which(str(folder / program) if "/" in program else program)
    if program is None or not found:
        raise ConfigError(f"there is no program {first!r} to run; expected one that a shell finds from here")
    texts: dict[str, str] = {}
    packages: dict[str, str] = {}
    names: list[str] = []
    root = folder
    python = PYTHON.fullmatch(Path(program).name)
    if not python:
        texts[Path(found).name] = _digest(Path(found).resolve())
    read = [*(_of_python(rest, folder) if python else ()), *_scripts(rest, folder)]
    for name, sources in read:
        names.append(name)
        root = sources.root if len(names) == 1 and sources.texts else root
        texts = {**sources.texts, **texts}
        packages = {**sources.packages, **packages}
    shown = [Path(program).name, *(_shown(argument, folder) for argument in rest)]
    texts[COMMAND] = json.dumps({"command": shown, "results": results})
    name = next(iter(names), Path(program).name)
    return Program(name if "." in name else f"$ {name}", Sources(texts, packages, root))


def _of_python(arguments: Sequence[str], folder: Path) -> Iterator[tuple[str, Sources]]:
    """Read what Python is told to run; what `-c` says stands in the command itself."""
    waiting = iter(arguments)
    for argument in waiting:
        if not argument.startswith("-") or argument == "-":
            yield _file(argument, folder)
            return
        flag = FLAGS.match(argument)
        if flag and flag[1] == "c":
            return
        if flag and flag[1] == "m":
            yield _module(flag[2] or next(waiting, ""), folder)
            return
        if flag and not flag[2]:
            next(waiting, "")
    raise ConfigError("python is given nothing to run; expected a file, or -m and a module")


def _file(argument: str, folder: Path) -> tuple[str, Sources]:
    name = literal(argument)
    if name is None:
        raise ConfigError(f"{argument!r} cannot be a setting: which script is run decides on the code; name it")
    path = folder / name
    file = path / "__main__.py" if path.is_dir() else path
    if not file.is_file():
        raise ConfigError(f"there is no script {name} in {folder}")
    return path.name, read_sources(file, file.parent)


def _module(argument: str, folder: Path) -> tuple[str, Sources]:
    name = literal(argument)
    if not name:
        raise ConfigError(f"{argument!r} cannot be a setting: which module is run decides on the code; name it")
    path = folder.joinpath(*name.split("."))
    for file in (path.with_name(f"{path.name}.py"), path / "__main__.py"):
        if file.is_file():
            return f"{name}.py" if "." not in name else name, read_sources(file, folder)
    top = name.partition(".")[0]
    version = package_version(top)
    return name, Sources({}, {top: version} if version else {})


def _scripts(arguments: Sequence[str], folder: Path) -> Iterator[tuple[str, Sources]]:
    """Read the arguments that are scripts."""
    for argument in arguments:
        if _is_script(argument, folder):
            file = folder / str(literal(argument))
            if file.suffix == ".py":
                yield file.name, read_sources(file, file.parent)
            else:
                yield (
                    file.name,
                    Sources({file.name: file.read_text(encoding="utf-8", errors="replace")}, root=file.parent),
                )


def _is_script(argument: str, folder: Path) -> bool:
    name = literal(argument)
    try:
        return bool(name) and Path(str(name)).suffix.lower() in SCRIPTS and (folder / str(name)).is_file()
    except (OSError, ValueError):  # too long for a path, say
        return False


def _shown(argument: str, folder: Path) -> str:
    """Write an argument as it is wherever its script lies."""
    return Path(str(literal(argument))).name if _is_script(argument, folder) else argument


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256 {hashlib.file_digest(content, 'sha256').hexdigest()}"
