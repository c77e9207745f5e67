"""`nnexp train --help`: every setting with its meaning, its values and an example, as the fields declare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.styled import Styled
from rich.table import Column, Table

from nnexp.cli.complete.flags import FLAGS
from nnexp.cli.complete.settings import groups
from nnexp.cli.console import out
from nnexp.cli.task import read_task
from nnexp.config.checks import NULL
from nnexp.config.setting import Setting
from nnexp.config.value import format_value
from nnexp.search.terms import SEARCH, SWEEPER
from nnexp.sweep.policy import LAUNCHER, RAY_POLICY
from nnexp.tasks.task import Task

USAGE = """\
nnexp train [FLAG]... [SETTING=VALUE]...                     nnexp's own network
nnexp train FILE.py:FUNCTION [FLAG]... [SETTING=VALUE]...    a function of yours
nnexp train [FLAG]... [SETTING=VALUE]... -- COMMAND          a script of yours
"""
WAYS = (
    "With -m every value is trained that stands behind a setting: hidden=30,100 seed=range(5). "
    "What holds blanks, brackets or commas is quoted: 'dataset.path=\"my data\"'."
)
MORE = "The named sweeps: nnexp sweep. Every flag of Hydra: nnexp train --hydra-help. The settings as YAML: --cfg job."
INDENT = 2


def show_help(arguments: Sequence[str], command: Sequence[str] | None) -> None:
    """Print the flags, and the settings of the task that is meant."""
    task, _ = read_task(arguments, command)
    for line in USAGE.splitlines():
        out().print(line, soft_wrap=True)
    out().print()
    out().print(WAYS)
    _print("Flags", _rows(FLAGS.items()))
    for head, settings in _groups(task).items():
        _print(head, _settings(settings, ""))
    _print(f"How a sweep is launched: {LAUNCHER}NAME=VALUE", _settings(RAY_POLICY.settings.values(), LAUNCHER))
    head = f"How a search goes, with -m hydra/sweeper=search: {SWEEPER}NAME=VALUE"
    _print(head, _settings(SEARCH.settings.values(), SWEEPER))
    out().print()
    out().print(MORE)


def _groups(task: Task) -> Mapping[str, list[Setting]]:
    """Gather a task's settings beneath their heads."""
    found: dict[str, list[Setting]] = {}
    for one in task.schema.settings.values():
        found.setdefault(one.group or f"What {task.name} takes", []).append(one)
    return found


def _print(head: str, rows: Table) -> None:
    out().print()
    out().print(head, style="bold")
    out().print(Padding(rows, (0, 0, 0, INDENT), expand=False))


def _rows(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    table = Table(Column(no_wrap=True), Column(overflow="fold"), box=None, pad_edge=False, show_header=False)
    for name, told in rows:
        table.add_row(name, told)
    return table


def _settings(settings: Iterable[Setting], prefix: str) -> Table:
    return _rows(_told(settings, prefix))


def _told(settings: Iterable[Setting], prefix: str) -> Iterator[tuple[str, RenderableType]]:
    """Tell of each setting: its default, its meaning, and what it may be."""
    known = {} if prefix else groups()
    for one in settings:
        usual = "" if one.default is MISSING else format_value(one.default)
        chosen = one.name.removesuffix(".name")  # a file of conf/ sets several
        if chosen in known:
            name, words = chosen, tuple(known[chosen]())
            wanted = f"one of {', '.join(words)}"
        else:
            name, words, wanted = one.name, one.words, one.wanted
        example = one.example or next((word for word in words if word not in (usual, NULL)), "")
        values = "; ".join(filter(None, [wanted, f"{prefix}{name}={example}" if example else ""]))
        lines: list[RenderableType] = [one.meaning] if one.meaning else []
        yield f"{name}={usual}", Group(*lines, *([Styled(values, "dim")] if values else []))
