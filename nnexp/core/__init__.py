"""The network and how it learns: NumPy, and SciPy's BLAS. It knows no data set, configuration or tracker.

Its choices stand in registries, by the names that a person types: ACTIVATIONS, COSTS, OPTIMISERS, INITS, DTYPES.
"""

from nnexp.core.activation import ACTIVATIONS
from nnexp.core.blas import DTYPES
from nnexp.core.cost import COSTS
from nnexp.core.evaluation import Evaluation, evaluate, predict
from nnexp.core.examples import Examples
from nnexp.core.initial import INITS
from nnexp.core.kernels import AUTO, KERNELS, Choice, choose, describe
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.optimiser import OPTIMISERS
from nnexp.core.schedule import eta_at
from nnexp.core.sgd import Descent, check_learning
from nnexp.core.train import EpochResult, train

__all__ = [
    "ACTIVATIONS",
    "AUTO",
    "COSTS",
    "DTYPES",
    "INITS",
    "KERNELS",
    "OPTIMISERS",
    "Choice",
    "Descent",
    "EpochResult",
    "Evaluation",
    "Examples",
    "Learning",
    "Network",
    "check_learning",
    "choose",
    "describe",
    "eta_at",
    "evaluate",
    "predict",
    "train",
]
