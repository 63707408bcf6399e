"""The gate kernels of every instruction set compared with float64 cells that receive the same pre-activations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.recurrent import CellOptions, Layer, Step, cell_backward, cell_forward, zeros_like_layer
from wordkin import _core_testing

Floats = NDArray[np.float64]
LENGTHS = (0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 37, 530)  # around every vector width, and more than a block of units
ROWS = 3


@dataclass
class Problem:
    """Random inputs, and a float64 cell with identity weights, whose pre-activations are these inputs."""

    gates: NDArray[np.float32]
    bias: NDArray[np.float32]
    before: NDArray[np.float32]
    d_outputs: NDArray[np.float32]
    d_cells: NDArray[np.float32]

    @classmethod
    def random(cls, units: int, blocks: int, size: float = 2.0) -> Problem:
        generator = np.random.default_rng(units)

        def normal(*shape: int) -> NDArray[np.float32]:
            return generator.normal(scale=size, size=shape).astype(np.float32)

        widths = (blocks * units, units, units, units)
        gates, before, d_outputs, d_cells = (normal(ROWS, width) for width in widths)
        return cls(gates, normal(blocks * units), before, d_outputs, d_cells)

    def layer(self) -> Layer:
        return Layer(np.eye(self.gates.shape[1]), self.bias.astype(np.float64))

    def step(self, options: CellOptions) -> Step:
        nothing = np.zeros((ROWS, 0))
        return cell_forward(
            self.gates.astype(np.float64), nothing, self.before.astype(np.float64), self.layer(), options
        )


def guarded(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a copy of a matrix as a view with a longer row stride, and its base, whose other entries are 77."""
    around = np.full((values.shape[0], values.shape[1] + 5), 77, np.float32)
    view = around[:, 2 : 2 + values.shape[1]]
    view[:] = values
    return view, around


def assert_close(found: NDArray[np.float32], exact: Floats, tolerance: float = 2e-6) -> None:
    """Compare to within a few roundings of the largest entry, as sums of gradients cancel."""
    if exact.size:
        assert np.abs(found - exact).max() <= tolerance * np.abs(exact).max()


@pytest.mark.parametrize("clip", [0.0, 1.5])
@pytest.mark.parametrize("units", LENGTHS)
def test_lstm(isa: str, units: int, clip: float) -> None:
    problem, options = Problem.random(units, 4), CellOptions(cell_clip=clip, forget_bias=0.0)
    step = problem.step(options)
    gates, around_gates = guarded(problem.gates)
    cells, around_cells = guarded(np.zeros((ROWS, units), np.float32))
    outputs, around_outputs = guarded(np.zeros((ROWS, units), np.float32))
    _core_testing.kernels.lstm_forward(isa, gates, problem.bias, problem.before, cells, outputs, cell_clip=clip)
    assert_close(gates, np.concatenate(step.activations, axis=1))
    assert_close(cells, step.c)
    assert_close(outputs, step.m)

    gradients = zeros_like_layer(problem.layer())
    d_z, _, d_before = cell_backward(
        step,
        problem.d_outputs.astype(np.float64),
        problem.d_cells.astype(np.float64),
        problem.layer(),
        options,
        gradients,
    )
    d_bias, d_cells = np.ones(4 * units, np.float32), problem.d_cells.copy()
    _core_testing.kernels.lstm_backward(
        isa, gates, d_bias, problem.before, cells, problem.d_outputs, d_cells, cell_clip=clip
    )
    assert_close(gates, d_z)
    assert_close(d_bias, 1 + gradients.b)
    assert_close(d_cells, d_before)
    np.testing.assert_array_equal(cells, outputs)  # stored in place of the cells
    for around in (around_gates, around_cells, around_outputs):
        np.testing.assert_array_equal(around[:, :2], 77)
        np.testing.assert_array_equal(around[:, -3:], 77)


@pytest.mark.parametrize("units", LENGTHS)
def test_tanh(isa: str, units: int) -> None:
    problem, options = Problem.random(units, 1), CellOptions("rnn")
    step = problem.step(options)
    gates, outputs = problem.gates.copy(), np.zeros((ROWS, units), np.float32)
    _core_testing.kernels.tanh_forward(isa, gates, problem.bias, outputs)
    assert_close(outputs, step.m)
    np.testing.assert_array_equal(gates, outputs)
    gradients = zeros_like_layer(problem.layer())
    d_z, _, _ = cell_backward(
        step, problem.d_outputs.astype(np.float64), np.zeros((ROWS, units)), problem.layer(), options, gradients
    )
    d_bias, again = np.ones(units, np.float32), np.zeros((ROWS, units), np.float32)
    _core_testing.kernels.tanh_backward(isa, gates, d_bias, again, problem.d_outputs)
    assert_close(gates, d_z)
    assert_close(d_bias, 1 + gradients.b)
    np.testing.assert_array_equal(again, outputs)


def kernel_tanh(isa: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    gates = values.reshape(1, -1).copy()
    _core_testing.kernels.tanh_forward(isa, gates, np.zeros(values.size, np.float32), np.zeros_like(gates))
    return gates[0]


def test_error_of_tanh(isa: str) -> None:
    sizes = np.concatenate([np.geomspace(1e-30, 20, 200_001), np.linspace(0.001, 12, 200_001)])
    values = np.concatenate([sizes, -sizes]).astype(np.float32)
    exact = np.tanh(values.astype(np.float64))
    assert np.abs(kernel_tanh(isa, values) / exact - 1).max() < 5e-7  # as elementary.inl.h states


def test_error_of_the_gates(isa: str) -> None:
    """Each gate takes values from its whole range, including saturation, with random values of the others."""
    generator = np.random.default_rng(2)
    values = np.linspace(-80, 80, 100_001).astype(np.float32)
    exact = {
        True: np.tanh(values.astype(np.float64)),
        False: np.exp(-np.logaddexp(0.0, -values.astype(np.float64))),
    }
    units = values.size
    for gate in range(4):
        gates = (80 * generator.uniform(-1, 1, (1, 4 * units))).astype(np.float32)
        gates[0, gate * units : (gate + 1) * units] = values
        cells = np.zeros((1, units), np.float32)
        _core_testing.kernels.lstm_forward(
            isa, gates, np.zeros(4 * units, np.float32), cells.copy(), cells, np.zeros_like(cells), cell_clip=0.0
        )
        found, expected = gates[0, gate * units : (gate + 1) * units], exact[gate == 1]
        nonzero = expected != 0
        assert np.abs(found[nonzero] / expected[nonzero] - 1).max() < 1e-6  # as kernel_table.h states


def test_ends_and_nan(isa: str) -> None:
    ends = np.array([0, -0.0, 100, np.inf, -100, -np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(kernel_tanh(isa, ends), [0, 0, 1, 1, -1, -1, np.nan])
    for gate in range(4):
        gates = np.zeros((1, 4), np.float32)
        gates[0, gate] = np.nan
        cells, outputs = np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32)
        before = np.ones((1, 1), np.float32)
        _core_testing.kernels.lstm_forward(isa, gates, np.zeros(4, np.float32), before, cells, outputs, cell_clip=1.0)
        assert np.isnan(outputs[0, 0])  # NaN must not be hidden


def test_gradient_at_the_bound(isa: str) -> None:
    """The gradient passes if the unclipped cell equals the bound exactly."""
    gates = np.array([[0, 0, 1, 1]], np.float32)  # activations i, j, f, o: the cell is its old value
    for before, passes in ((0.5, True), (np.nextafter(np.float32(0.5), np.float32(1)), False), (-0.5, True)):
        d_bias, d_cells = np.zeros(4, np.float32), np.ones((1, 1), np.float32)
        cells = np.array([[0.5]], np.float32)
        _core_testing.kernels.lstm_backward(
            isa,
            gates.copy(),
            d_bias,
            np.array([[before]], np.float32),
            cells,
            np.zeros((1, 1), np.float32),
            d_cells,
            cell_clip=0.5,
        )
        assert d_cells[0, 0] == (1 if passes else 0)
