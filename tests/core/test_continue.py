"""Training that stopped after an epoch goes on from its state with the bits of training that never stopped."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from nnexp.core import KERNELS, OPTIMISERS, Network, train
from nnexp.core.draws import integers, move, position
from nnexp.errors import DataError, DivergedError
from tests.core.kernels.cases import LEVELS, case, examples_of, network_of, random_case

HERE = [kernel for kernel in KERNELS if LEVELS or kernel != "compiled"]
EPOCHS = 4
CHANGES = [
    {},
    {"dtype": "float64"},
    *({"optimiser": name, "eta": 0.5} for name in OPTIMISERS),
    {"shuffle": False},
    {"eta": [[1, 2.0], [2, 0.3], [1, 0.1]]},
    {"cost": "cross_entropy", "lmbda": 0.7},
    {"sizes": (20, 5)},
    {"sizes": (20, 13, 17, 5), "freeze": (0, 2)},
    {"sizes": (20, 13, 17, 5), "optimiser": "momentum", "mu": 0.5, "lmbda": 0.7},
    {"sizes": (20, 13, 33, 5), "optimiser": "momentum", "batch_size": 3, "freeze": (1,)},
    *({"activation": name, "optimiser": "momentum"} for name in ("tanh", "relu")),
]


def epochs_of(drawn, kernel, after=None, epochs=EPOCHS):
    """Train, from the start or after an epoch's (state, parameters); give each epoch with its state and parameters."""
    rng = np.random.default_rng(drawn.seed + (99 if after else 2))  # where it goes on, the seed decides nothing
    state, parameters = after or (None, None)
    network = Network.from_parameters(parameters, activation=drawn.activation) if after else network_of(drawn)
    learning = replace(drawn.learning, epochs=epochs)
    with examples_of(drawn) as examples:
        results = train(
            network, examples, learning=learning, rng=rng, val=examples, test=examples, kernel=kernel, state=state
        )
        return [(result, (result.state(), network.parameters())) for result in results]


def told(results):
    """Give all that epochs say, less how long they took."""
    return [replace(result, epoch_s=0.0, eval_s=0.0) for result, _ in results]


@pytest.mark.parametrize("kernel", HERE)
@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_it_goes_on_with_the_same_bits(changes, kernel):
    drawn = case(**changes)
    whole = epochs_of(drawn, kernel)
    for done in range(1, EPOCHS):
        _, left = epochs_of(drawn, kernel, epochs=done)[-1]
        assert told(epochs_of(drawn, kernel, left)) == told(whole[done:])


@pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_no_case_is_found_in_which_a_stop_shows_even_on_another_kernel(random):
    drawn = random_case(random)
    if drawn.activation == "step":
        return
    note(str(drawn))
    try:
        whole = epochs_of(drawn, "compiled")
    except DivergedError:
        return
    _, left = whole[random.randrange(EPOCHS - 1)]
    done = int(left[0]["epoch"])
    for kernel in ("compiled", "reference"):
        assert told(epochs_of(drawn, kernel, left)) == told(whole[done:])


def test_a_state_stays_as_it_was_while_training_goes_on():
    _, (state, _) = epochs_of(case(optimiser="momentum"), "numpy", epochs=1)[0]
    _, (later, _) = epochs_of(case(optimiser="momentum"), "numpy", epochs=2)[0]
    assert state.keys() == later.keys() > {"epoch", "shuffling", "velocity_weights_0", "velocity_biases_1"}
    assert all(np.array_equal(state[name], later[name]) for name in state)


def test_there_is_nothing_to_train_after_the_last_epoch():
    whole = epochs_of(case(), "numpy")
    assert epochs_of(case(), "numpy", whole[-1][1]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"epoch": None},
        {"epoch": np.array(0)},
        {"epoch": np.array(1.5)},
        {"shuffling": None},
        {"shuffling": np.zeros(4)},
        {"shuffling": np.zeros(3, np.uint64)},
        {"shuffling": np.zeros(4, np.uint64)},  # an increment that no generator has
        {"velocity_weights_0": None},
        {"velocity_weights_0": np.zeros((2, 2), np.float32)},
        {"velocity_weights_0": np.zeros((13, 20))},
        {"velocity_weights_0": np.full((13, 20), np.nan, np.float32)},
        {"velocity_weights_7": np.zeros(2)},
    ],
    ids=str,
)
def test_what_is_no_state_of_such_a_training_is_refused(changes):
    drawn = case(optimiser="momentum")
    _, (state, parameters) = epochs_of(drawn, "numpy")[0]
    wrong = {name: array for name, array in {**state, **changes}.items() if array is not None}
    with pytest.raises(DataError, match=r"expected the (state|position) of"):
        epochs_of(drawn, "numpy", (wrong, parameters))


def test_a_generator_goes_on_from_its_position():
    rng, other = np.random.default_rng(Random(0).randrange(2**64)), np.random.default_rng(1)
    integers(rng, 1000)
    move(other, position(rng))
    assert integers(other, 10).tolist() == integers(rng, 10).tolist()
