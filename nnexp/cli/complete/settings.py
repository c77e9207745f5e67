"""What may stand on the command line of a training: its settings, and the values of each; names of sweeps; flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from nnexp.cli.complete.described import Described, described, network_settings
from nnexp.cli.complete.flags import BEHIND, FREE
from nnexp.config.paths import CONF, user_conf

Found = list[tuple[str, str]]  # values, and what each means

FILE_SETTINGS = ("dataset.path",)


def sweep_files_named(incomplete: str) -> Found:
    """Give the named sweeps, with what each is about."""
    from nnexp.config.sweeps import read_sweep, sweep_names
    from nnexp.errors import NnexpError

    def about(name: str) -> str:
        try:
            return read_sweep(name).about
        except NnexpError as error:
            return str(error)

    return [(name, about(name)) for name in sweep_names() if name.startswith(incomplete)]


def task_of_sweep(name: str | None) -> list[str]:
    """Give the function that a named sweep is about, if it is one."""
    from nnexp.config.sweeps import read_sweep

    task = read_sweep(name).settings.get("task") if name else None
    return [str(task)] if task else []


def trained(typed: Sequence[str], incomplete: str) -> Found:
    """Give what may come next, behind what is typed: a setting, a value of one, a function."""
    last = typed[-1] if typed else ""
    if last in ("--config-name", "-cn"):
        return sweep_files_named(incomplete)
    if last in FREE or last in BEHIND:
        return [(value, "") for value in BEHIND.get(last, ())]
    place = next((one for one in typed if ".py:" in one and "=" not in one), "")
    known = _of_function(place) if place else network_settings()
    if "=" in incomplete:
        return _values(incomplete, known, is_network=not place)
    given = {one.partition("=")[0].lstrip("+") for one in typed}
    names = _names(incomplete, known, given, is_network=not place)
    return [*names, *([] if place else _functions(incomplete))]


def of_data(incomplete: str) -> Found:
    """Give the settings of a data set, with `dataset.` before them or without."""
    prefix = "dataset."
    within = [one for one in network_settings() if one.name.startswith(prefix) and one.name != f"{prefix}path"]
    known = (
        within if incomplete.startswith(prefix) else [_renamed(one, one.name.removeprefix(prefix)) for one in within]
    )
    if "=" in incomplete:
        return _values(incomplete, known, is_network=False)
    return [*_names(incomplete, known, set(), is_network=False)]


def of_inspected(incomplete: str) -> Found:
    """Give what can be said of a network to be looked at."""
    from nnexp.cli.inspect import SETTINGS

    known = [one for one in network_settings() if one.name in SETTINGS]
    known.append(Described("sizes", "neurons of every layer", ("[4,10,2]",)))
    if "=" in incomplete:
        return _values(incomplete, known, is_network=False)
    return [*_names(incomplete, known, set(), is_network=False)]


def _names(
    incomplete: str, known: Sequence[Described], given: set[str], *, is_network: bool
) -> Iterator[tuple[str, str]]:
    name = incomplete.lstrip("+~")
    before = incomplete.removesuffix(name)
    every = [*known, *(_of_hydra() if name.startswith("h") else [])]
    known_groups = {group: options() for group, options in groups().items() if is_network or "/" in group}
    for group, options in known_groups.items():
        if group.startswith(name) and group not in given and (name or "/" not in group):
            yield f"{before}{group}=", ", ".join(options)
    for one in every:
        if one.name.startswith(name) and one.name not in {*given, *known_groups}:
            yield f"{before}{one.name}=", one.meaning


def _values(incomplete: str, known: Sequence[Described], *, is_network: bool) -> Found:
    """Give the values of a setting; of several with commas between them, the next one."""
    name, _, typed = incomplete.partition("=")
    bare = name.lstrip("+~")
    if is_network and bare in FILE_SETTINGS:
        return [(f"{name}={path}", "") for path in _files(typed)]
    before, comma, _ = typed.rpartition(",")
    if any(before.count(one) != before.count(other) for one, other in ("[]", "()", "{}")):
        return []  # within a list nothing is offered
    listed = f"{name}={before}{comma}"
    taken = before.split(",")
    known_groups = groups()
    if bare in known_groups and (is_network or "/" in bare):
        return [(f"{listed}{option}", "") for option in known_groups[bare]() if option not in taken]
    values = next((one.values for one in (*known, *_of_hydra()) if one.name == bare), ())
    return [(f"{listed}{value}", "") for value in values if value not in taken]


def groups() -> dict[str, Callable[[], list[str]]]:
    """Find the groups of settings, and what each may be."""
    from nnexp.sweep.policy import LAUNCHERS

    folders = [folder for folder in (CONF, user_conf()) if folder]
    names = sorted({group.name for folder in folders for group in folder.iterdir() if group.is_dir()})

    def options(group: str) -> Callable[[], list[str]]:
        return lambda: sorted({file.stem for folder in folders for file in (folder / group).glob("*.yaml")})

    found = {name: options(name) for name in names}
    return {
        **found,
        "hydra/launcher": lambda: [name for name in LAUNCHERS if name != "nnexp"],
        "hydra/sweeper": lambda: ["grid", "search"],
    }


def _of_hydra() -> list[Described]:
    """Describe the settings of the launchers and of a search."""
    from nnexp.search.terms import SEARCH, SWEEPER
    from nnexp.sweep.policy import LAUNCHER, RAY_POLICY

    launcher = [_renamed(one, f"{LAUNCHER}{one.name}") for one in described(RAY_POLICY.settings.values())]
    return [*launcher, *(_renamed(one, f"{SWEEPER}{one.name}") for one in described(SEARCH.settings.values()))]


def _of_function(place: str) -> list[Described]:
    """Describe what a function of a file takes, by its text alone."""
    from nnexp.tasks.function.written import parameters_in

    file, _, function = place.rpartition(":")
    found = [Described(one.name, one.hint, one.values) for one in parameters_in(Path(file), function)]
    names = {one.name for one in found}
    return [*found, *([] if "seed" in names else [Described("seed", "what all chance is drawn from", ("0",))])]


def _functions(incomplete: str) -> Found:
    """Give the functions of a file that is typed, or the files that may be."""
    from nnexp.tasks.function.written import functions_in

    file, colon, _ = incomplete.partition(":")
    if colon and file.endswith(".py"):
        return [(f"{file}:{name}", "") for name in functions_in(Path(file))]
    found = [f"{path}:" for path in _files(incomplete) if path.endswith(".py")] if incomplete else []
    return [(path, "functions of a file") for path in found]


def _files(begun: str) -> list[str]:
    """List what lies where a path that is begun leads; folders with a stroke behind them."""
    folder, stroke, name = begun.rpartition("/")
    try:
        inside = sorted(Path(f"{folder}{stroke}" or ".").expanduser().iterdir())
    except OSError:
        return []
    found = [one for one in inside if one.name.startswith(name) and (name or not one.name.startswith("."))]
    return [f"{folder}{stroke}{one.name}{'/' if one.is_dir() else ''}" for one in found]


def _renamed(one: Described, name: str) -> Described:
    return Described(name, one.meaning, one.values)
