"""The softmax kernel over one row on every instruction set."""

from __future__ import annotations

import numpy as np
import pytest

from wordkin import _core_testing


@pytest.mark.parametrize("spread", [1.0, 30.0])
def test_every_row_length(isa: str, spread: float) -> None:
    rng = np.random.default_rng(1)
    for count in [*range(1, 70), 127, 128, 129, 1000, 4097]:
        row, offsets, sums = (np.zeros(count + 1, dtype=np.float32) for _ in range(3))
        row[:count] = rng.standard_normal(count) * spread
        offsets[:count], sums[:count] = rng.standard_normal((2, count))
        row[count] = offsets[count] = sums[count] = 77
        scores = row[:count] + offsets[:count]
        exponents = scores - scores.max()  # in float32, as the kernel adds and subtracts
        expected = np.where(exponents < -40, 0, np.exp(exponents.astype(np.float64)))  # as kernel_table.h states
        before = sums.copy()
        greatest, total = _core_testing.softmax.softmax_row(isa, row[:count], offsets[:count], sums[:count], factor=0.5)
        assert greatest == scores.max()
        assert total == pytest.approx(
            expected.sum(), rel=4e-7
        )  # 2e-7 per exponential, as much for the partial sums in float32
        np.testing.assert_allclose(row[:count], 0.5 * expected, rtol=3e-7)
        np.testing.assert_allclose(sums[:count], before[:count] + row[:count], rtol=2e-7, atol=1e-7)
        assert row[count] == sums[count] == 77  # nothing after the end is written


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_scores_give_nan_at_every_position(isa: str, value: float) -> None:
    for count in (1, 5, 16, 67, 130):
        for position in range(count):
            row = np.zeros(count, dtype=np.float32)
            row[position] = value
            greatest, _ = _core_testing.softmax.softmax_row(isa, row, np.zeros_like(row), np.zeros_like(row), factor=1)
            assert np.isnan(greatest)


def test_masked_scores_have_probability_zero(isa: str) -> None:
    row = np.full(20, -1e30, dtype=np.float32)
    row[7] = -3
    greatest, total = _core_testing.softmax.softmax_row(isa, row, np.zeros_like(row), np.zeros_like(row), factor=1)
    assert greatest == -3 and total == 1
    assert row[7] == 1 and np.count_nonzero(row) == 1
