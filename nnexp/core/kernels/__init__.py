"""How a network's numbers are computed: the kernels, by the names that a person types.

`numpy` is matrix products by BLAS; their last bits are the CPU's. `compiled` and `reference` fix the order of every
sum, so that the same run gives the same bits on every machine; the one is C, the other a NumPy to read. The order:

    inputs          x = pixel * scale, in the network's precision
    forward         z begins with the neuron's bias and adds a_i w_i for each input i, ascending; the first layer
                    passes over inputs that are zero
    activation      exp and tanh are Cephes' polynomials (functions.py), not the machine's
    last error      delta = a - y, for the quadratic cost times the slope, as (1 - a) a
    backward        an error begins with 0 and adds delta_j w_j for each neuron j above, ascending; then times the slope
    update          step = delta * (-eta / m). A weight w is first multiplied by 1 - eta lmbda / n, if that is not 1,
                    and then adds step_e a_e for each example e of the batch, ascending; in the first layer for those
                    whose input is not zero. A bias adds step_e. With momentum it is the velocity v that is multiplied
                    (by mu) and added to; then w is multiplied by 1 - eta lmbda / n, and adds v
    cost            in float64: an example's is the sum over its outputs, ascending; then over examples as they came

Every operation is one of float32 or float64, rounded once to it: no product is fused with a sum.
"""

from nnexp.core.kernels.choice import AUTO, Choice, choose, describe
from nnexp.core.kernels.compiled import CompiledLearner, CompiledPredictor
from nnexp.core.kernels.dense import DenseLearner, DensePredictor
from nnexp.core.kernels.kernel import Kernel
from nnexp.core.kernels.reference import ReferenceLearner, ReferencePredictor

KERNELS = {
    "numpy": Kernel(DenseLearner, DensePredictor),
    "compiled": Kernel(CompiledLearner, CompiledPredictor),
    "reference": Kernel(ReferenceLearner, ReferencePredictor),
}

__all__ = ["AUTO", "KERNELS", "Choice", "Kernel", "choose", "describe"]
