"""Sums of rows and changes of several rows, compared with their definitions in float64."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin import _core_testing

kernels = _core_testing.kernels

WIDTHS = (16, 32, 48, 64, 80, 112, 128, 144, 304)  # all numbers of vectors that stay in registers, and more


@pytest.mark.parametrize("count", [0, 1, 2, 23])
def test_sum_of_rows(isa: str, count: int) -> None:
    generator = np.random.default_rng(1)
    for width in WIDTHS:
        matrix = generator.standard_normal((40, width)).astype(np.float32)
        ids = generator.integers(0, 40, count).astype(np.int32)
        total = np.full(width, np.nan, np.float32)
        kernels.sum_rows(isa, total, matrix, ids, scale=0.25)
        np.testing.assert_allclose(total, 0.25 * matrix[ids].astype(np.float64).sum(axis=0), atol=2e-6)


@pytest.mark.parametrize("has_factors", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 23])
def test_change_of_rows(isa: str, count: int, has_factors: bool) -> None:
    """A row that occurs repeatedly is changed repeatedly; other rows stay as they are."""
    generator = np.random.default_rng(2)
    for width in WIDTHS:
        matrix = generator.standard_normal((20, width)).astype(np.float32)
        after, before = generator.standard_normal((2, width)).astype(np.float32)
        ids = generator.integers(0, 15, count).astype(np.int32)
        factors = generator.random(count).astype(np.float32) if has_factors else None
        expected = matrix.astype(np.float64)
        step = 0.5 * (after.astype(np.float64) - before)
        np.add.at(expected, ids, np.outer(np.ones(count) if factors is None else factors, step))
        kernels.change_rows(isa, matrix, ids, factors, after, before, scale=0.5)
        np.testing.assert_allclose(matrix, expected, atol=3e-6)
        assert (matrix[15:] == expected[15:]).all()
