"""The network and how it learns: NumPy, and SciPy's BLAS. It knows no data set, configuration or tracker."""

from nnexp.core.evaluation import Evaluation, evaluate, predict
from nnexp.core.examples import Examples
from nnexp.core.network import Network
from nnexp.core.sgd import Learning
from nnexp.core.train import EpochResult, train

__all__ = ["EpochResult", "Evaluation", "Examples", "Learning", "Network", "evaluate", "predict", "train"]
