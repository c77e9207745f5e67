"""The flags of `nnexp sweep` behind `nnexp train -m`: each is a setting of the launch, which is named for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nnexp.errors import ConfigError
from nnexp.sweep.hydra.overrides import as_overrides, of_launcher, of_sweeper

OF_ANY_RUN = ("--fresh",)
SWITCHES = (*OF_ANY_RUN, "--dry-run", "--until-decided")
VALUED = ("--jobs", "--budget", "--verify", "--worthwhile", "--where")
WHERE = "where"  # is set where the jobs are made


def as_settings(arguments: Sequence[str], *, several: bool) -> Iterator[str]:
    """Write the flags among arguments as settings, and leave all else as it is.

    Raises
    ------
    ConfigError
        For one that only several runs have, where one is trained, and one without its value.
    """
    given = iter(arguments)
    for one in given:
        flag, equals, value = one.partition("=")
        if flag not in (*SWITCHES, *VALUED) or (equals and flag in SWITCHES):
            yield one
            continue
        if not several and flag not in OF_ANY_RUN:
            raise ConfigError(f"{flag} tells how a sweep is launched; one run is none: nnexp train -m …")
        if flag in VALUED and not (value := value if equals else next(given, "")):
            raise ConfigError(f"{flag} must be followed by its value, but nothing follows")
        name = flag.removeprefix("--").replace("-", "_")
        setting = {name: True if flag in SWITCHES else value}
        yield from as_overrides(of_sweeper(**setting) if name == WHERE else of_launcher(**setting))
