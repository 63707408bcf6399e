"""Random arguments of softmax losses, and comparison with the definition."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Relative to the largest entry of a tensor: float32 sums of a few hundred terms err by a tenth of that.
TOLERANCE = 1e-5


class Problem(NamedTuple):
    """Arguments of a softmax loss, in order."""

    hidden: NDArray[Any]  # (N, P)
    targets: NDArray[Any]  # (N)
    weights: NDArray[Any]  # (V, P)
    bias: NDArray[Any]  # (V)

    def in_float64(self) -> Problem:
        return Problem(*(array.astype(np.int64 if array.dtype == np.int32 else np.float64) for array in self))


def problem(positions: int, columns: int, words: int, seed: int = 1) -> Problem:
    """Return a problem whose targets follow Zipf's law, as in text: many occur twice and many are negatives."""
    rng = np.random.default_rng(seed)
    targets = np.minimum(np.exp(rng.uniform(0, np.log(words + 1), positions)) - 1, words - 1).astype(np.int32)
    return Problem(
        rng.standard_normal((positions, columns)).astype(np.float32),
        targets,
        (rng.standard_normal((words, columns)) / np.sqrt(columns)).astype(np.float32),
        rng.standard_normal(words).astype(np.float32),
    )


def assert_near(found: NDArray[Any], expected: NDArray[Any], tolerance: float = TOLERANCE) -> None:
    """Compare to within `tolerance` times the largest expected entry."""
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max(initial=1e-30))
