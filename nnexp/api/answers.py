"""What scripts and notebooks are answered: it shows itself as the answer, in a notebook with its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.judge import Judgement
from nnexp.comparison.searched import Searched
from nnexp.config.value import parse_value
from nnexp.escape import in_markdown, visible
from nnexp.report.prose.answer import tell_answer
from nnexp.report.prose.searched import tell_details, tell_searched
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import as_markdown, markdown_table, searched_as_markdown
from nnexp.report.tables.judgement import as_frame as judged_frame
from nnexp.report.tables.judgement import as_table, finding
from nnexp.statistics.decision import Decision
from nnexp.statistics.interval import Interval
from nnexp.sweep.outcome import Failure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Compared:
    """Settings compared over their runs. It shows itself as the answer, in a notebook with its tables."""

    comparison: Comparison
    failures: tuple[Failure, ...] = ()  # of a sweep: the runs that did not finish

    @property
    def answer(self) -> str:
        """Which is better, by how much, and whether it is real, in a sentence."""
        return visible(tell(self.comparison).answer)

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each setting, best first; accuracies as fractions, times in seconds."""
        from nnexp.comparison.frame import comparison_frame

        return comparison_frame(self.comparison)

    @property
    def runs(self) -> pd.DataFrame:
        """A row for each run that counts: its settings and its last metrics."""
        from nnexp.comparison.frame import runs_frame

        return runs_frame(self.comparison.runs)

    def __repr__(self) -> str:
        """Give the answer."""
        return self.answer

    def _repr_markdown_(self) -> str:
        return as_markdown(self.comparison)


@dataclass(frozen=True, repr=False)
class Judged:
    """Results judged. It shows itself as the answer, in a notebook with its table."""

    judgement: Judgement

    @property
    def decision(self) -> Decision:
        """How each setting stands; levels and differences in the unit of the results."""
        return self.judgement.decision

    @property
    def is_decided(self) -> bool:
        """Whether there is one to take."""
        return self.judgement.is_decided

    @property
    def answer(self) -> str:
        """Which settings may be the best, in a sentence."""
        return visible(tell_answer(finding(self.judgement)))

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each setting, what may be best first; levels and differences in points."""
        return judged_frame(self.judgement)

    def __repr__(self) -> str:
        """Give the answer."""
        return self.answer

    def _repr_markdown_(self) -> str:
        return f"**{in_markdown(self.answer)}**\n\n{markdown_table(as_table(self.judgement))}"


@dataclass(frozen=True, repr=False)
class Found:
    """What a search found."""

    searched: Searched

    @property
    def answer(self) -> str:
        """The best point, what it reached, and what that is worth."""
        return visible(" ".join([tell_searched(self.searched), *tell_details(self.searched)]))

    @property
    def best(self) -> Mapping[str, Any]:
        """The settings of the best point; none if no point came to its end."""
        best = self.searched.best
        return {name: parse_value(value) for name, value in best.point.items()} if best else {}

    @property
    def worth(self) -> Interval:
        """What the best point reaches on fresh seeds: the mean and its 95 % interval, in the unit of the metric."""
        return self.searched.worth

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each point, in the order in which they were asked for; values in the unit of the metric."""
        import pandas as pd

        return pd.DataFrame(
            {name: parse_value(value) for name, value in trial.point.items()}
            | {"state": str(trial.state or "going on"), "value": trial.value}
            for trial in self.searched.trials
        )

    def __repr__(self) -> str:
        """Give the answer."""
        return self.answer

    def _repr_markdown_(self) -> str:
        return searched_as_markdown(self.searched)
