"""What the modules of a package import of one another, read from their source, however the import is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

BY_NAME = {"import_module", "__import__"}


class Imports:
    """Every module below a folder, and the names of what it imports, ours and others'."""

    def __init__(self, package: Path) -> None:
        self.files = {_name(file, package): file for file in sorted(package.rglob("*.py"))}

    @cached_property
    def named(self) -> Mapping[str, set[str]]:
        """Each module's imports: a module's full name where it is one of ours, or else what is written."""
        return {module: set(self.of(file.read_text(), module)) for module, file in self.files.items()}

    def of(self, source: str, module: str) -> Iterator[str]:
        """List what source that stands in this module imports; in a function it is an import as well."""
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node, module)
                full = [f"{base}.{alias.name}" for alias in node.names]
                yield from (name if name in self.files else base for name in full)
            elif isinstance(node, ast.Call) and _called(node) in BY_NAME:
                yield _literal(node)

    def _base(self, node: ast.ImportFrom, module: str) -> str:
        if not node.level:
            return node.module or ""
        parts = module.split(".")
        if self.files[module].name != "__init__.py":
            parts = parts[:-1]
        parts = parts[: len(parts) - node.level + 1]
        return ".".join([*parts, *([node.module] if node.module else [])])


def _name(file: Path, package: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _literal(node: ast.Call) -> str:
    """Give the name that is written out; one that is computed hides what is imported."""
    match node.args:
        case [ast.Constant(value=str(name)), *_]:
            return name
    return f"a computed name: {ast.unparse(node)}"


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Find a way through a graph that ends where it began, if there is one."""
    done: set[str] = set()

    def walk(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        found = next(filter(None, (walk(other, [*way, node]) for other in sorted(graph.get(node, ())))), [])
        done.add(node)
        return found

    return next(filter(None, (walk(node, []) for node in sorted(graph))), [])
