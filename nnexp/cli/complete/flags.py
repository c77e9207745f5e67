"""The flags that stand before the settings of a training: Hydra's, and those that tell of a task."""

from __future__ import annotations

from collections.abc import Sequence

FLAGS = {
    "-m": "a multirun: every value that stands behind a setting",
    "--multirun": "the same",
    "--fresh": "train again what is finished",
    "--jobs": "of a multirun: runs at once",
    "--dry-run": "of a multirun: print the plan and stop",
    "--budget": "of a multirun: start no run that would pass it",
    "--until-decided": "of a multirun: add seeds where they decide",
    "--worthwhile": "of a multirun: points that matter",
    "--verify": "of a multirun: then rerun this part of the runs",
    "--where": "of a multirun: leave out the runs for which it does not hold",
    "--metric": "of a function or a command: what decides",
    "--better": "which way the metric is better: low or high",
    "--data": "a file that a function or a command reads",
    "--results": "where a command writes its results",
    "--when-done": "a command or a URL that is told of the sweep",
    "--config-name": "a sweep's file, or another config",
    "--config-dir": "a folder of more configs",
    "--cfg": "print the config: job, hydra or all",
    "--package": "with --cfg: of this part alone",
    "--resolve": "with --cfg: with all that it refers to",
    "--info": "how Hydra composes it",
    "--json": "tell a program what was trained",
    "--help": "every setting",
    "--hydra-help": "every flag of Hydra",
}
BEHIND = {
    "--cfg": ("job", "hydra", "all"),
    "-c": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
    "-i": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
    "--better": ("low", "high"),
}
OF_A_LAUNCH = ("--jobs", "--budget", "--worthwhile", "--verify", "--where")
FREE = (
    *OF_A_LAUNCH,
    "--when-done",
    "--data",
    "--results",
    "--metric",
    "--config-dir",
    "-cd",
    "--package",
    "-p",
)  # whatever it is
HYDRA = ("train", "check")  # the commands that take its flags


def flags(words: Sequence[str], incomplete: str) -> list[tuple[str, str]]:
    """Give the flags of Hydra, and those that tell of a task."""
    if words[:1] and words[0] in HYDRA:
        return [(flag, meaning) for flag, meaning in FLAGS.items() if flag.startswith(incomplete)]
    return []
