"""The commands that train: what each takes.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nnexp.cli.app import app
from nnexp.cli.complete import asked
from nnexp.cli.complete.shells import script
from nnexp.cli.console import write
from nnexp.cli.options import HYDRA, Json, Overrides, Results, Several, Shell, Task, WhenDone, Worthwhile
from nnexp.cli.typed import Typed, typed

EVERY_SETTING = "Every setting, and all that may be said of a launch (hydra.launcher.…): nnexp train --help"


@app.command(cls=Typed, context_settings={**HYDRA, "help_option_names": []})
def train(
    context: typer.Context,
    overrides: Overrides = None,
    helped: Annotated[bool, typer.Option("--help", "-h", help="Every setting, and how a sweep is launched.")] = False,
    shell: Shell = None,
    as_json: Json = False,
) -> None:
    """Train one run: `nnexp train hidden=100 seed=3`. Takes every flag of Hydra; -m makes it a multirun.

    Or a run of anybody's script: `nnexp train lr=0.1 -- python train.py --lr {lr} --seed {seed}`.
    """
    if shell:
        write(script(shell))
    elif helped:
        from nnexp.cli.help import show_help

        show_help(overrides or [], typed(context))
    else:
        from nnexp.cli.train import train

        train(overrides or [], typed(context), as_json=as_json)


@app.command(context_settings=HYDRA, epilog=EVERY_SETTING)
def sweep(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A file of sweeps/, without .yaml; none: list them.", autocompletion=asked.sweep_or_setting
        ),
    ] = None,
    overrides: Overrides = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train again what is finished already.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and how long it takes.")] = False,
    budget: Annotated[str | None, typer.Option(help="Start no run that would pass it: 10m, 2h.")] = None,
    verify: Annotated[float | None, typer.Option(help="Then rerun this part of the runs: 0.1, a tenth.")] = None,
    until_decided: Annotated[
        bool, typer.Option("--until-decided", help="Add seeds, but only to settings that may be the best: 3 to 20.")
    ] = False,
    worthwhile: Worthwhile = None,
    where: Annotated[str | None, typer.Option(help="Leave out the runs for which it does not hold: 'eta < 1'.")] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Begin with that run's settings: --like RUN eta=0.1,1.", autocompletion=asked.runs
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at once; as many as there are cores.")] = None,
    as_json: Json = False,
    when_done: WhenDone = None,
) -> None:
    """Run a named sweep, or what is left of it: finished runs are reused. Or one around a run: --like RUN eta=0.1,1."""
    from nnexp.cli.sweep import sweep, sweep_like

    flags = {"fresh": fresh, "dry_run": dry_run, "until_decided": until_decided}
    launch = {**flags, "budget": budget, "verify": verify, "worthwhile": worthwhile, "jobs": jobs}
    if like:
        sweep_like(like, [*([name] if name else []), *(overrides or [])], launch, where, when_done, as_json=as_json)
    else:
        sweep(name, overrides or [], launch, where, when_done, as_json=as_json)


@app.command(cls=Typed)
def work(
    context: typer.Context,
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="[SWEEP]", help="None: the last one launched.", autocompletion=asked.sweeps),
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at once; as many as there are cores.")] = None,
    task: Task = None,
    data: Annotated[list[Path] | None, typer.Option(metavar="PATH", help="Where their data lie here.")] = None,
    results: Results = None,
    as_json: Json = False,
) -> None:
    """Join a sweep that another process runs on the same store, here or on another machine, and train its next runs.

    A function is looked for in this folder; a command is typed again, behind `--`. It ends with the sweep. Whatever
    becomes of it, its runs are left to the sweep.
    """
    from nnexp.cli.task import task_typed
    from nnexp.cli.work import work

    work(wanted, jobs, task_typed(task, typed(context), results), data or [], as_json=as_json)


@app.command(cls=Typed, context_settings=HYDRA)
def check(context: typer.Context, overrides: Overrides = None, as_json: Json = False) -> None:
    """Show what is seen of a function, and whether it repeats itself: `nnexp check mine.py:train alpha=1e-3`.

    Or of a command, behind `--`. It is trained twice, in two processes; what takes a state is also stopped on its way,
    and gone on with. Ends as rerun does.
    """
    from nnexp.cli.check import check

    raise typer.Exit(check(overrides or [], typed(context), as_json=as_json))


@app.command(cls=Typed)
def rerun(
    context: typer.Context,
    wanted: Several,
    until: Annotated[int | None, typer.Option(min=1, help="Stop after this epoch: a quick check.")] = None,
    here: Annotated[bool, typer.Option("--here", help="Train although this environment is another.")] = False,
    task: Task = None,
    results: Results = None,
    as_json: Json = False,
) -> None:
    """Train runs again from their records alone, and prove that the bits are the same.

    Ends with 0 if all are identical; with 1 if any is different (other data: nothing is trained; other code, or with
    --here another environment: the first epoch that parts is named, and whether the accuracies agree); otherwise with 2
    if any cannot be told (another environment, the data gone, a record that is incomplete or was altered).
    """
    from nnexp.cli.rerun import rerun
    from nnexp.cli.task import task_typed

    tasks = task_typed(task, typed(context), results)
    raise typer.Exit(rerun(wanted, until, tasks, here=here, as_json=as_json))


@app.command()
def certify(
    wanted: Several,
    to: Annotated[Path | None, typer.Option(help="The file to write. [default: SWEEP.certificate.json]")] = None,
    worthwhile: Worthwhile = None,
    as_json: Json = False,
) -> None:
    """Write a certificate of runs: settings, digests, figures and the answer, for anybody to verify."""
    from nnexp.cli.certify import certify

    certify(wanted, to, worthwhile=worthwhile, as_json=as_json)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A certificate, as nnexp certify writes it.", show_default=False)],
    data: Annotated[Path | None, typer.Option(help="Where the data lie, if it is not MNIST as nnexp ships it.")] = None,
    here: Annotated[bool, typer.Option("--here", help="Train although this environment is another.")] = False,
    as_json: Json = False,
) -> None:
    """Train anew what a certificate holds, and tell whether every bit, figure and the answer are as it says.

    Ends with 0 if they are; with 1 if anything is different (the first epoch, batch and layer that part are named);
    otherwise with 2 if it cannot be told here.
    """
    from nnexp.cli.certify import verify

    raise typer.Exit(verify(file, data=data, here=here, as_json=as_json))


@app.command()
def bench(
    hidden: Annotated[list[int] | None, typer.Option(min=1, help="A hidden size; may be repeated.")] = None,
    batch: Annotated[list[int] | None, typer.Option(min=1, help="A batch size; may be repeated.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Epochs to time of each.")] = 3,
    limit: Annotated[int | None, typer.Option(min=10, help="Learn from so many examples only.")] = None,
    full: Annotated[bool, typer.Option("--full", help="More sizes, and how cost grows: twenty minutes.")] = False,
    plot: Annotated[Path | None, typer.Option(dir_okay=False, metavar="FILE", help="Draw the times, as SVG.")] = None,
    as_json: Json = False,
) -> None:
    """Time an epoch of the notebooks' loop, other libraries and nnexp's kernels, side by side on one core."""
    from nnexp.cli.bench import bench

    bench(hidden, batch, rounds=rounds, limit=limit, full=full, plot=plot, as_json=as_json)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look the tracking store over, and repair what can be repaired."""
    from nnexp.cli.doctor import doctor

    raise typer.Exit(doctor(as_json=as_json))
