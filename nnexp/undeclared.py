"""What is taken of a metric that nobody declared: for what its name says, and the values that were measured.

The one place that guesses. Its words count as whole words of the last part of a name, the last of them most: val_loss,
valLoss, top-1 accuracy. What settings are chosen by is one of the metrics, by the order in which they came. What was
declared is never guessed. Knows no runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import isnan

from nnexp.measure import (
    BEST,
    BEST_EPOCH,
    BY_VALUES,
    CHOOSE,
    DOWN,
    FINAL,
    FRACTION,
    MILLISECONDS,
    PER_SECOND,
    REPORT,
    SECONDS,
    TELL,
    UP,
    Measure,
    declaration_of,
)

LOWER = frozenset({
    "loss", "losses", "logloss", "cost", "costs", "error", "errors", "err", "wer", "cer", "mse", "rmse", "mae",
    "mape", "nll", "bce", "xent", "crossentropy", "perplexity", "ppl", "bpc", "bpb", "deviance", "divergence",
    "kl", "distance", "regret", "brier", "ece", "fid", "mistakes", "misses", "misclassified",
})  # fmt: skip
SHARES = frozenset({
    "accuracy", "accuracies", "acc", "top1", "top5", "auc", "auroc", "auprc", "rocauc", "prauc", "ap", "map",
    "precision", "recall", "f1", "fbeta", "iou", "miou", "jaccard", "dice", "sensitivity", "specificity",
})  # fmt: skip
HIGHER = SHARES | frozenset({
    "score", "scores", "reward", "rewards", "return", "returns", "r2", "bleu", "rouge", "meteor", "correct",
    "likelihood", "elbo", "psnr", "ssim", "mcc", "kappa", "ndcg", "mrr", "correlation", "pearson", "spearman",
    "purity", "ari", "nmi", "silhouette",
})  # fmt: skip
TIMES = frozenset({"time", "seconds", "secs", "duration", "elapsed", "runtime", "walltime", "latency"})
RATES = frozenset({"throughput", "fps"})
OPPOSITE = frozenset({"neg", "negative"})  # of an error that more is better, as scikit-learn has it

VALIDATION = frozenset({"val", "valid", "validation", "dev", "eval"})
TRAINING = frozenset({"train", "training"})
TEST = frozenset({"test"})


def completed(declared: Iterable[Measure], measured: Iterable[Mapping[str, float]]) -> list[Measure]:
    """Add to what is declared what was measured besides, in the order in which it came first."""
    known = {measure.name: measure for measure in declared}
    values: dict[str, list[float]] = {}
    for metrics in measured:
        for name, value in metrics.items():
            said = declaration_of(name, known)
            if said is None or said.unit == BY_VALUES:
                values.setdefault(name, []).append(value)
    guessed = {name: guess(name, found) for name, found in values.items()}
    found = {name: replace(one, unit=guessed[name].unit) if name in guessed else one for name, one in known.items()}
    return with_purposes([*found.values(), *(one for name, one in guessed.items() if name not in found)])


def with_purposes(measures: Iterable[Measure]) -> list[Measure]:
    """Say what the guessed ones are for: settings are chosen by one of them, unless another is declared for that."""
    known = list(measures)
    guessed = [one for one in known if one.guessed]
    chooser = None if any(one.purpose == CHOOSE for one in known if not one.guessed) else _chooser(guessed)
    return [replace(one, purpose=_purpose(one, chooser)) if one.guessed else one for one in known]


def merged(one: Measure, other: Measure) -> Measure:
    """Make one declaration of two: what was guessed gives way, and a share is one only where all values were."""
    if one.guessed != other.guessed:
        return other if one.guessed else one
    if BY_VALUES in (one.unit, other.unit):
        return other if one.unit == BY_VALUES else one
    return other if one.is_fraction else one


def guess(name: str, values: Iterable[float] = ()) -> Measure:
    """Take a metric for what its name and its values say; its purpose depends on the others."""
    return Measure(name, _unit(name, values), direction(name), guessed=True)


def measure_named(name: str, declared: Mapping[str, Measure], values: Iterable[float] = ()) -> Measure:
    """Find what is known of a metric by its name in the store: as declared, or as its name lets one guess."""
    for one in declared.values():
        for form in (one, one.final, one.best):
            if form.name == name:
                return form
    if above := declaration_of(name, declared):
        return above
    series = name.removeprefix(FINAL).removeprefix(BEST)  # as runs of the first format have it
    series = series.replace("val_", "val/", 1).replace("test_", "test/", 1) if series != name else ""
    better = DOWN if name == BEST_EPOCH else direction(name)
    return Measure(name, _unit(name, values), better, series=series, guessed=True)


@lru_cache(maxsize=1024)
def direction(name: str) -> str:
    """Tell which way is better by a name: less of a loss, more of an accuracy, neither of a learning rate."""
    if clock := _clock(name):
        return UP if clock == PER_SECOND else DOWN
    found = ""
    for word in _words(name.rpartition("/")[2]):
        found = DOWN if word in LOWER else UP if word in HIGHER else found
    if found and OPPOSITE & {*_words(name)}:
        return UP if found == DOWN else DOWN
    return found


def is_timed(name: str) -> bool:
    """Tell whether a metric is read from a clock, by its name."""
    return bool(_clock(name))


def is_of(name: str, part: frozenset[str]) -> bool:
    """Tell whether a metric is of a part of the data (VALIDATION, TRAINING, TEST), by a word of its name."""
    return bool(part & {*_words(name)})


def _unit(name: str, values: Iterable[float]) -> str:
    """Give the unit: a fraction is what is a share by its name, and was one in every value."""
    if clock := _clock(name):
        return clock
    is_share = any(word in SHARES for word in _words(name.rpartition("/")[2])) and direction(name) == UP
    return FRACTION if is_share and all(0 <= value <= 1 for value in values if not isnan(value)) else ""


@lru_cache(maxsize=1024)
def _clock(name: str) -> str:
    """Give the unit of what was read from a clock: no two runs have the same value of it."""
    words = {*_words(name.rpartition("/")[2])}
    if words & RATES or re.search(r"(per[ _-]?|/)s(ec(ond)?)?$", name):
        return PER_SECOND
    if re.search(r"(^|[ _/.-])ms$", name):
        return MILLISECONDS
    return SECONDS if name.startswith("time/") or name.endswith("_s") or words & TIMES else ""


def _chooser(guessed: Sequence[Measure]) -> Measure | None:
    """Choose what settings are chosen by; None where there is nothing but the test set that tells better from worse."""
    telling = [one for one in guessed if one.better and not one.is_timed]
    validated = [one for one in telling if is_of(one.name, VALIDATION) and not is_of(one.name, TEST)]
    others = [one for one in telling if not is_of(one.name, TRAINING | TEST)]
    tested = [one for one in telling if is_of(one.name, TEST)]
    if len(guessed) > 1 and tested and not (validated or others):
        return None
    return next(iter([*validated, *others, *telling, *guessed]), None)


def _purpose(one: Measure, chooser: Measure | None) -> str:
    return CHOOSE if one is chooser else REPORT if is_of(one.name, TEST) else TELL


@lru_cache(maxsize=1024)
def _words(name: str) -> tuple[str, ...]:
    """List the words of a name, and every two beside each other as one: log loss is logloss, m AP is map."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = [word.lower() for word in re.findall(r"[A-Za-z0-9]+", parts)]
    pairs = [f"{first}{second}" for first, second in pairwise(words)]
    return tuple(word for both in zip(words, ["", *pairs], strict=False) for word in both if word)
