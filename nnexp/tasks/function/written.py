"""What a function of a file takes, read from the text of the file: nothing of it is run, whatever it holds.

It says less than signature.py, which imports the function: a type that is named elsewhere is only a name here.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from nnexp.tasks.function.signature import STATE

LARGEST = 1_000_000  # bytes of a file that is read

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Parameter:
    """A parameter as it is written: its name, its type, and values that it may have."""

    name: str
    hint: str
    values: tuple[str, ...]


def functions_in(file: Path) -> list[str]:
    """List the functions of a file, but those that are its own affair."""
    return [one.name for one in _functions(file) if not one.name.startswith("_")]


def parameters_in(file: Path, function: str) -> list[Parameter]:
    """List what a function of a file takes; nothing, if there is none of that name."""
    for one in _functions(file):
        if one.name == function:
            given, named = [*one.args.posonlyargs, *one.args.args], one.args.kwonlyargs
            lacking = len(given) - len(one.args.defaults)
            defaults = [*[None] * lacking, *one.args.defaults, *one.args.kw_defaults]
            pairs = zip([*given, *named], defaults, strict=True)
            return [_parameter(each, default) for each, default in pairs if each.arg != STATE]
    return []


def _functions(file: Path) -> list[Function]:
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return []
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []
    return [one for one in tree.body if isinstance(one, Function)]


def _parameter(written: ast.arg, default: ast.expr | None) -> Parameter:
    hint = ast.unparse(written.annotation) if written.annotation else ""
    usual = (_typed(default),) if isinstance(default, ast.Constant) and default.value is not None else ()
    return Parameter(written.arg, hint, _choices(written.annotation, hint) or usual)


def _choices(hint: ast.expr | None, text: str) -> tuple[str, ...]:
    """Give the values of a type that has few."""
    if text == "bool":
        return ("true", "false")
    if isinstance(hint, ast.Subscript) and ast.unparse(hint.value).rpartition(".")[2] == "Literal":
        inside = hint.slice.elts if isinstance(hint.slice, ast.Tuple) else [hint.slice]
        return tuple(_typed(one) for one in inside if isinstance(one, ast.Constant))
    return ()


def _typed(constant: ast.Constant) -> str:
    return str(constant.value).lower() if isinstance(constant.value, bool) else str(constant.value)
