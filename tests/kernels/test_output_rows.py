"""The kernels of linear classifiers and of product quantisation on every instruction set."""

from __future__ import annotations

import numpy as np
import pytest
from wordkin._core_testing import kernels

from reference.fasttext_training import nearest


@pytest.mark.parametrize("width", [16, 32, 112, 304])
def test_scores_of_rows(isa: str, width: int) -> None:
    draw = np.random.default_rng(1)
    matrix = draw.standard_normal((50, width)).astype(np.float32)
    vector = draw.standard_normal(width).astype(np.float32)
    for count in [*range(20), 31, 40]:
        ids = draw.integers(0, 50, count).astype(np.int32)
        room = np.full(count + 1, 77, np.float32)
        kernels.dot_rows(isa, room[:count], vector, matrix, ids)
        np.testing.assert_allclose(room[:count], matrix[ids] @ vector, rtol=1e-4, atol=1e-4)
        assert room[count] == 77  # nothing after the end is written


@pytest.mark.parametrize("width", [16, 32, 112, 304])
def test_updates_of_output_rows(isa: str, width: int) -> None:
    draw = np.random.default_rng(2)
    hidden = draw.standard_normal(width).astype(np.float32)
    for count in [*range(10), 17]:
        matrix = draw.standard_normal((20, width)).astype(np.float32)
        ids = draw.permutation(20)[:count].astype(np.int32)
        gradients = draw.standard_normal(count).astype(np.float32)
        change = draw.standard_normal(width).astype(np.float32)
        expected = matrix.copy()
        expected[ids] += gradients[:, None] * hidden
        expected_change = change + gradients @ matrix[ids]
        kernels.update_outputs(isa, change, matrix, ids, gradients, hidden)
        np.testing.assert_allclose(matrix, expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(change, expected_change, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("columns", [1, 2, 3, 8])
def test_nearest_centroids(isa: str, columns: int) -> None:
    draw = np.random.default_rng(3)
    # Small integers, so that all distances are exact and many are equal.
    centroids = draw.integers(-3, 4, (256, columns)).astype(np.float32)
    points = draw.integers(-4, 5, (100, columns)).astype(np.float32)
    codes = np.zeros(100, np.uint8)
    offsets = -0.5 * (centroids**2).sum(axis=1)
    kernels.nearest_centroids(isa, codes, points, np.ascontiguousarray(centroids.T), offsets)
    assert codes.tolist() == nearest(points.astype(np.float64), centroids.astype(np.float64)).tolist()
