"""The contestants that others wrote, each as a user of that library would write this lesson well, in float32.

First weights are each library's own, where it has any. A library is imported when its contestant is made.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from nnexp.benchmarks.lesson import DIGITS, ETA, Array, Learner, Lesson


def scikit_learn(lesson: Lesson) -> Learner:
    """MLPClassifier. Its cost is the cross-entropy of a softmax, whose gradients are larger: eta is smaller."""
    from sklearn.neural_network import MLPClassifier

    classifier = MLPClassifier(
        (lesson.hidden,),
        activation="logistic",
        solver="sgd",
        learning_rate_init=0.1,
        momentum=0.0,
        nesterovs_momentum=False,
        alpha=0.0,
        batch_size=lesson.batch_size,
        random_state=0,
    )
    labels, digits = lesson.examples.labels, np.arange(DIGITS)
    return Learner(lambda: classifier.partial_fit(lesson.inputs, labels, classes=digits), classifier.predict)


def pytorch(lesson: Lesson) -> Learner:
    """Eager modules and autograd; batches are slices of the shuffled examples."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    n_in, hidden, n_out = lesson.sizes
    network = nn.Sequential(nn.Linear(n_in, hidden), nn.Sigmoid(), nn.Linear(hidden, n_out), nn.Sigmoid())
    sgd = torch.optim.SGD(network.parameters(), lr=ETA)
    x, y = torch.from_numpy(lesson.inputs), torch.from_numpy(lesson.targets)

    def epoch() -> None:
        order = torch.randperm(len(x))
        for xs, ys in zip(x[order].split(lesson.batch_size), y[order].split(lesson.batch_size), strict=True):
            sgd.zero_grad()
            cost = nn.functional.mse_loss(network(xs), ys, reduction="sum") / (2 * len(xs))
            cost.backward()
            sgd.step()

    def answers(inputs: Array) -> object:
        with torch.no_grad():
            return network(torch.from_numpy(inputs)).argmax(1).numpy()

    return Learner(epoch, answers)


def jax_scan(lesson: Lesson) -> Learner:
    """A whole epoch is compiled: a scan over its batches. Examples that fill no batch are left out of it."""
    import jax
    from jax import numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    m = lesson.batch_size
    x, y = jnp.asarray(lesson.inputs), jnp.asarray(lesson.targets)
    shuffling, *keys = jax.random.split(jax.random.key(0), 3)
    layers = [
        (jax.random.normal(key, (n_in, n_out)) / n_in**0.5, jnp.zeros(n_out))
        for key, (n_in, n_out) in zip(keys, pairwise(lesson.sizes), strict=True)
    ]

    def outputs(layers: Any, a: Any) -> Any:
        for weights, biases in layers:
            a = jax.nn.sigmoid(a @ weights + biases)
        return a

    def cost(layers: Any, xs: Any, ys: Any) -> Any:
        return jnp.sum((outputs(layers, xs) - ys) ** 2) / (2 * m)

    @partial(jax.jit, donate_argnums=0)
    def learn(layers: Any, key: Any, x: Any, y: Any) -> Any:
        def step(layers: Any, batch: Any) -> Any:
            slopes = jax.grad(cost)(layers, x[batch], y[batch])
            return jax.tree.map(lambda each, slope: each - ETA * slope, layers, slopes), None

        order = jax.random.permutation(key, len(x))[: len(x) // m * m]
        return jax.lax.scan(step, layers, order.reshape(-1, m))[0]

    def epoch() -> None:
        nonlocal layers, shuffling
        shuffling, key = jax.random.split(shuffling)
        layers = jax.block_until_ready(learn(layers, key, x, y))

    return Learner(epoch, lambda inputs: outputs(layers, inputs).argmax(axis=1))
