"""The float64 definitions: gradients by central differences, CRFs by the enumeration of all paths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference.heads import Chain, log_partition, path_scores
from reference.tape import Node, gradients
from reference.task_models import CASES, case_options, frozen_tables, random_batch, random_parameters
from reference.tasks import learn, objective


def central_difference(function: Any, array: Any, index: Any, step: float = 1e-5) -> float:
    before = array[index]
    array[index] = before + step
    above = function()
    array[index] = before - step
    below = function()
    array[index] = before
    return float((above - below) / (2 * step))


@pytest.mark.parametrize("case", CASES)
def test_gradients_match_central_differences(case: str) -> None:
    options, generator = case_options(case), np.random.default_rng(5)
    parameters = {name: value.astype(np.float64) for name, value in random_parameters(options, 1).items()}
    frozen = frozen_tables(options, 4)
    batch, targets, weights = random_batch(options, 2, lengths=(2, 0, 3))
    learned = learn(parameters, options, frozen, batch, targets, weights)

    def loss() -> float:
        leaves = {name: Node(value) for name, value in parameters.items()}
        contexts = [Node(context) for context in batch.contexts]
        return float(objective(leaves, options, frozen, batch, contexts, targets, weights).value)

    for name, array in parameters.items():
        gradient = learned.gradients[name]
        index = tuple(generator.integers(size) for size in array.shape)
        if name == "char_embed":  # most characters do not occur in the batch
            index = np.unravel_index(int(np.abs(gradient).argmax()), gradient.shape)
        slope = central_difference(loss, array, index)
        # The position of a maximum may change within a step, but does not with these seeds.
        assert gradient[index] == pytest.approx(slope, abs=1e-8 + 1e-6 * np.abs(gradient).max()), name


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_log_partition_is_the_sum_over_all_paths(steps: int) -> None:
    generator = np.random.default_rng(steps)
    emissions = generator.standard_normal((steps, 3))
    chain = Chain(*(Node(generator.standard_normal(shape)) for shape in [(3, 3), (3,), (3,)]))
    leaf = Node(emissions)
    partition = log_partition(leaf, chain)
    scored = dict(path_scores(emissions, chain))
    assert float(partition.value) == pytest.approx(np.logaddexp.reduce(list(scored.values())), rel=1e-12)
    marginals = np.zeros_like(emissions)
    for path, score in scored.items():
        marginals[np.arange(steps), path] += np.exp(score - partition.value)
    np.testing.assert_allclose(gradients(partition, {"emissions": leaf})["emissions"], marginals, rtol=1e-10)
