"""The float64 definition of softmax losses: gradients, normalisation and limits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import softmax as reference

Floats = NDArray[np.float64]
Loss = Callable[[Floats, Floats, Floats], reference.Gradients]


def sampled(hidden: Floats, weights: Floats, bias: Floats) -> reference.Gradients:
    targets = np.array([0, 5, 2, 5, 11, 3])  # 2 and 3 are also negatives, 5 occurs twice
    return reference.sampled_softmax(hidden, targets, weights, bias, np.array([8, 2, 0, 3, 7]), tries=9)


def full(hidden: Floats, weights: Floats, bias: Floats) -> reference.Gradients:
    return reference.full_softmax(hidden, np.array([0, 5, 2, 5, 11, 3]), weights, bias)


def differences(loss: Loss, arrays: list[Floats], index: int, step: float = 1e-5) -> Floats:
    result = np.zeros_like(arrays[index])
    for element in np.ndindex(result.shape):
        kept = arrays[index][element]
        sides = []
        for moved in (kept + step, kept - step):
            arrays[index][element] = moved
            sides.append(loss(*arrays).losses.sum())
        arrays[index][element] = kept
        result[element] = (sides[0] - sides[1]) / (2 * step)
    return result


@pytest.mark.parametrize("loss", [full, sampled])
def test_gradients_match_central_differences(loss: Loss) -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal((6, 4)), rng.standard_normal((12, 4)), rng.standard_normal(12)]
    found = loss(*arrays)
    for index, gradient in enumerate((found.hidden, found.weights, found.bias)):
        # The difference quotient errs by step^2 f''' / 6 and by rounding over step: both near 1e-10.
        np.testing.assert_allclose(gradient, differences(loss, arrays, index), atol=1e-8)


def test_probabilities_sum_to_one() -> None:
    rng = np.random.default_rng(2)
    logs = reference.log_probabilities(rng.standard_normal((3, 4)), rng.standard_normal((9, 4)), np.zeros(9))
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(reference.log_uniform_probabilities(1000).sum(), 1, rtol=1e-13)


def test_sampled_softmax_over_all_words_is_the_full_softmax() -> None:
    rng = np.random.default_rng(3)
    hidden, weights, bias = rng.standard_normal((6, 4)), rng.standard_normal((12, 4)), rng.standard_normal(12)
    targets = np.array([0, 5, 2, 5, 11, 3])
    # With this many draws the expected counts are 1, and their logarithms 0.
    sampled_loss = reference.sampled_softmax(hidden, targets, weights, bias, np.arange(12), tries=10**6)
    full_loss = reference.full_softmax(hidden, targets, weights, bias)
    np.testing.assert_allclose(sampled_loss.losses, full_loss.losses, rtol=1e-12)
    np.testing.assert_allclose(sampled_loss.weights, full_loss.weights, atol=1e-12)
