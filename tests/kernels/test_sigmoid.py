"""The sigmoid function of the window update on every instruction set."""

from __future__ import annotations

import numpy as np

from reference.window_update import sigmoid
from wordkin import _core_testing


def kernel_sigmoid(isa: str, values: np.ndarray) -> np.ndarray:
    result = values.astype(np.float32)
    _core_testing.kernels.sigmoid(isa, result)
    return result


def test_error_bound(isa: str) -> None:
    values = np.linspace(-87, 87, 400_001).astype(np.float32)
    exact = sigmoid(values.astype(np.float64))
    assert np.abs(kernel_sigmoid(isa, values) / exact - 1).max() < 4e-7  # as kernel_table.h states


def test_large_arguments(isa: str) -> None:
    values = np.array([0, -0.0, 88, 1000, 3e38, np.inf, -88, -1000, -3e38, -np.inf], np.float32)
    result = kernel_sigmoid(isa, values)
    np.testing.assert_array_equal(result[:2], 0.5)
    np.testing.assert_array_equal(result[2:6], 1)
    assert (result[6:] >= 0).all()
    assert (result[6:] < 1e-37).all()


def test_every_length(isa: str) -> None:
    values = np.linspace(-4, 4, 70).astype(np.float32)
    exact = sigmoid(values.astype(np.float64))
    for length in range(71):
        buffer = np.r_[values[:length], np.float32(77)].astype(np.float32)
        view = buffer[:length]
        _core_testing.kernels.sigmoid(isa, view)
        np.testing.assert_allclose(view, exact[:length], rtol=4e-7)
        assert buffer[length] == 77  # nothing after the end is written


def test_monotonicity(isa: str) -> None:
    result = kernel_sigmoid(isa, np.linspace(-20, 20, 10_001))
    assert (np.diff(result) >= -2e-7 * result[1:]).all()
