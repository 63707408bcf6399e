"""The window update of every instruction set compared with its float64 definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.window_update import cbow_window, concatenation_window, pair_losses, sigmoid, skipgram_window
from wordkin import _core_testing
from wordkin.runtime import compute

WIDTHS = (16, 32, 48, 112, 304)
EPSILON = float(np.finfo(np.float32).eps)


@dataclass
class Window:
    """Arguments of one update."""

    input_rows: NDArray[np.int32]
    output_rows: NDArray[np.int32]
    labels: NDArray[np.float64]
    repeats: NDArray[np.float64]
    rate: float
    update_scale: NDArray[np.float32] | None = None
    train_output: bool = True


@dataclass
class Matrices:
    """Input and output matrices, updated by the kernels in float32 and by the reference in float64."""

    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]
    exact_inputs: NDArray[np.float64]
    exact_outputs: NDArray[np.float64]

    @classmethod
    def of(cls, inputs: NDArray[np.float32], outputs: NDArray[np.float32]) -> Matrices:
        return cls(inputs, outputs, inputs.astype(np.float64), outputs.astype(np.float64))

    @classmethod
    def random(cls, generator: np.random.Generator, rows: int, width: int, size: float = 0.5) -> Matrices:
        inputs, outputs = (
            (generator.standard_normal((rows, width)) * size / np.sqrt(width)).astype(np.float32) for _ in range(2)
        )
        return cls.of(inputs, outputs)

    def largest_error(self) -> float:
        """Return the largest error of any entry, relative to the largest entry of its matrix."""
        return max(
            float(np.abs(changed - exact).max() / np.abs(exact).max())
            for changed, exact in ((self.inputs, self.exact_inputs), (self.outputs, self.exact_outputs))
        )


def update(isa: str, objective: str, matrices: Matrices, window: Window) -> tuple[float, float]:
    """Update both pairs of matrices; return the losses of the kernel and of the reference."""
    architecture, mean = objective.split("-")[0], not objective.endswith("sum")
    n = len(window.input_rows)
    loss = _core_testing.kernels.update_window(
        isa,
        architecture,
        matrices.inputs,
        window.input_rows,
        matrices.outputs,
        window.output_rows,
        np.where(window.labels == 1, 1, -1).astype(np.float32),
        window.repeats.astype(np.float32),
        rate=window.rate,
        scale=1 / n if mean else 1.0,
        error_scale=1.0 if mean else 1 / n,
        update_scale=window.update_scale,
        is_frozen=not window.train_output,
    )
    arguments = (
        matrices.exact_inputs,
        window.input_rows.astype(np.int64),
        matrices.exact_outputs,
        window.output_rows.astype(np.int64),
        window.labels,
        window.repeats,
        float(np.float32(window.rate)),
        None if window.update_scale is None else window.update_scale.astype(np.float64),
    )
    trains = {"train_output": window.train_output}
    if architecture == "skipgram":
        return loss, skipgram_window(*arguments, **trains)
    return loss, cbow_window(*arguments, mean=mean, **trains)


def negative_sampling(generator: np.random.Generator, words: int, draws: int) -> tuple[NDArray[np.int32], ...]:
    """Return rows, labels and repeats of a target and of negatives, each distinct row once."""
    target = int(generator.integers(words))
    noise = generator.choice(generator.integers(words, size=draws), draws)  # some are drawn repeatedly
    rows, times = np.unique(noise[noise != target], return_counts=True)
    labels = np.r_[1.0, np.zeros(len(rows))]
    return np.r_[target, rows].astype(np.int32), labels, np.r_[1.0, times.astype(np.float64)]


def tree_path(generator: np.random.Generator, nodes: int, length: int) -> tuple[NDArray[np.int32], ...]:
    """Return rows, labels and repeats of distinct nodes with random codes."""
    rows = generator.permutation(nodes)[:length].astype(np.int32)
    return rows, generator.integers(0, 2, length).astype(np.float64), np.ones(length)


def random_window(generator: np.random.Generator, words: int, output_layer: str) -> Window:
    """Return a window like those of training: negative sampling, hierarchical softmax, or both in separate rows."""
    inputs = generator.permutation(words)[: generator.integers(1, 11)].astype(np.int32)
    parts = []
    if output_layer in ("tree", "both"):
        parts.append(tree_path(generator, words // 2, int(generator.integers(1, 18))))
    if output_layer in ("noise", "both"):
        rows, labels, repeats = negative_sampling(generator, words // 2, 5)
        parts.append((rows + words // 2, labels, repeats))
    rows, labels, repeats = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Window(inputs, rows.astype(np.int32), labels, repeats, float(generator.uniform(1e-4, 0.05)))


OBJECTIVES = ("skipgram", "cbow-mean", "cbow-sum")


@pytest.mark.parametrize("output_layer", ["noise", "tree", "both"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_thousand_updates_match_the_definition(isa: str, objective: str, output_layer: str) -> None:
    # With 600 rows each is updated rarely enough; with 80, float32 rounding exceeds the tolerance in NumPy, too.
    generator = np.random.default_rng(7)
    matrices = Matrices.random(generator, 600, 112)
    losses = np.zeros(2)
    for _ in range(1000):
        losses += update(isa, objective, matrices, random_window(generator, 600, output_layer))
    assert matrices.largest_error() < 1e-6
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_number_of_inputs_and_outputs(isa: str, objective: str) -> None:
    generator = np.random.default_rng(11)
    for inputs in range(1, 26):
        for outputs in range(1, 31):
            matrices = Matrices.random(generator, 32, 48)
            window = Window(
                generator.permutation(32)[:inputs].astype(np.int32),
                generator.permutation(32)[:outputs].astype(np.int32),
                generator.integers(0, 2, outputs).astype(np.float64),
                generator.choice([1.0, 1.0, 1.0, 2.0, 3.0], outputs),
                0.3,
                generator.uniform(0, 2, inputs).astype(np.float32) if outputs % 2 else None,
            )
            loss, exact = update(isa, objective, matrices, window)
            assert matrices.largest_error() < 1e-6, (inputs, outputs)
            assert loss == pytest.approx(exact, rel=1e-6), (inputs, outputs)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_row_width(isa: str, objective: str, width: int) -> None:
    generator = np.random.default_rng(width)
    matrices = Matrices.random(generator, 40, width)
    for _ in range(60):
        loss, exact = update(isa, objective, matrices, random_window(generator, 40, "both"))
        assert loss == pytest.approx(exact, rel=1e-6)
    assert matrices.largest_error() < 1e-6


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_other_rows_and_padding_are_unchanged(isa: str, objective: str) -> None:
    generator = np.random.default_rng(3)
    matrices = Matrices.random(generator, 40, 112)
    matrices.inputs[:, 100:] = matrices.outputs[:, 100:] = 0
    before = matrices.inputs.copy(), matrices.outputs.copy()
    window = random_window(generator, 40, "both")
    update(isa, objective, Matrices.of(matrices.inputs, matrices.outputs), window)
    for matrix, old, rows in zip(
        (matrices.inputs, matrices.outputs), before, (window.input_rows, window.output_rows), strict=True
    ):
        others = np.setdiff1d(np.arange(40), rows)
        np.testing.assert_array_equal(matrix[others], old[others])
        assert (matrix[rows] != old[rows]).any()
        np.testing.assert_array_equal(matrix[:, 100:], 0)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_an_update_scale_of_zero_freezes_inputs_only(isa: str, objective: str) -> None:
    generator = np.random.default_rng(5)
    matrices = Matrices.random(generator, 40, 48)
    window = random_window(generator, 40, "noise")
    window.update_scale = np.zeros(len(window.input_rows), dtype=np.float32)
    old_inputs, old_outputs = matrices.inputs.copy(), matrices.outputs.copy()
    update(isa, objective, matrices, window)
    np.testing.assert_array_equal(matrices.inputs, old_inputs)
    assert (matrices.outputs[window.output_rows] != old_outputs[window.output_rows]).any()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_frozen_outputs_are_only_read(isa: str, objective: str) -> None:
    generator = np.random.default_rng(19)
    for inputs in (1, 2, 3, 7, 20):
        for outputs in range(1, 20):
            matrices = Matrices.random(generator, 32, 112)
            window = Window(
                generator.permutation(32)[:inputs].astype(np.int32),
                generator.permutation(32)[:outputs].astype(np.int32),
                generator.integers(0, 2, outputs).astype(np.float64),
                generator.choice([1.0, 1.0, 2.0], outputs),
                0.3,
                generator.uniform(0, 2, inputs).astype(np.float32) if outputs % 2 else None,
                train_output=False,
            )
            before = matrices.outputs.tobytes()
            loss, exact = update(isa, objective, matrices, window)
            assert matrices.outputs.tobytes() == before, (inputs, outputs)
            assert matrices.largest_error() < 1e-6, (inputs, outputs)
            assert loss == pytest.approx(exact, rel=1e-6), (inputs, outputs)


@pytest.mark.parametrize("objective", ["cbow-mean", "cbow-sum"])
def test_repeated_inputs_accumulate_in_cbow(isa: str, objective: str) -> None:
    generator = np.random.default_rng(13)
    matrices = Matrices.random(generator, 40, 48)
    window = random_window(generator, 40, "both")
    window.input_rows = np.array([3, 7, 3, 3, 9, 7], dtype=np.int32)
    loss, exact = update(isa, objective, matrices, window)
    assert matrices.largest_error() < 1e-6
    assert loss == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("outputs", [3, 6, 7, 20])
def test_repeated_inputs_are_updated_sequentially_in_skipgram(isa: str, outputs: int) -> None:
    """Changes of the input add up exactly, but later updates of the outputs may use the changed input."""
    generator = np.random.default_rng(17)
    matrices = Matrices.random(generator, 40, 48)
    rows, labels, repeats = tree_path(generator, 40, outputs)
    window = Window(np.array([3, 7, 3, 3, 9, 7], dtype=np.int32), rows, labels, repeats, 0.05)
    old_inputs = matrices.exact_inputs.copy()
    loss, exact = update(isa, "skipgram", matrices, window)
    np.testing.assert_allclose(matrices.inputs, matrices.exact_inputs, atol=1e-6 * np.abs(old_inputs).max())
    assert loss == pytest.approx(exact, rel=1e-6)
    # A later update differs by at most the whole change of the row times a gradient of at most the learning rate.
    bound = len(window.input_rows) * window.rate * np.abs(matrices.exact_inputs - old_inputs).max()
    assert np.abs(matrices.outputs - matrices.exact_outputs).max() < bound + 1e-6


@pytest.mark.parametrize("repeats", [5, 40, 42, 43, 63, 64, 127, 128, 1000, 10_000])
@pytest.mark.parametrize("inputs", [1, 2, 7])
def test_a_negative_drawn_very_often(isa: str, inputs: int, repeats: int) -> None:
    """The loss is accumulated as a product of factors, which must not overflow."""
    generator = np.random.default_rng(repeats)
    for outputs in (2, 6, 9):
        matrices = Matrices.random(generator, 30, 16, size=0.2)
        window = Window(
            generator.permutation(30)[:inputs].astype(np.int32),
            generator.permutation(30)[:outputs].astype(np.int32),
            np.r_[1.0, np.zeros(outputs - 1)],
            np.r_[1.0, np.full(outputs - 1, float(repeats))],
            1e-5,
        )
        for objective in OBJECTIVES:
            loss, exact = update(isa, objective, matrices, window)
            assert loss == pytest.approx(exact, rel=1e-6), (objective, outputs)
    assert matrices.largest_error() < 1e-6


@pytest.mark.parametrize("score", [0.0, 1e-6, 1.0, 6.0, 16.0, 17.5, 30.0, 86.0, 87.5, 88.5, 104.0, 500.0, 1000.0])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_extreme_scores_are_accurate_and_finite(isa: str, objective: str, score: float) -> None:
    """Gradients do not saturate and are never NaN, not even for completely wrong predictions."""
    for sign in (1.0, -1.0):
        for label in (1.0, 0.0):
            inputs, outputs = np.zeros((4, 16), np.float32), np.zeros((3, 16), np.float32)
            inputs[:, 0], outputs[:, 0] = sign * np.sqrt(score), np.sqrt(score)
            matrices = Matrices.of(inputs, outputs)
            window = Window(
                np.arange(1 if objective == "cbow-sum" else 4, dtype=np.int32),
                np.arange(3, dtype=np.int32),
                np.full(3, label),
                np.array([1.0, 2.0, 5.0]),
                0.025,
            )
            loss, exact = update(isa, objective, matrices, window)
            assert np.isfinite(inputs).all()
            assert np.isfinite(outputs).all()
            terms = 8 * len(window.input_rows)
            assert loss == pytest.approx(
                exact, rel=1e-6, abs=terms * EPSILON
            )  # each factor 1 + exp(-score) is rounded once
            np.testing.assert_allclose(inputs, matrices.exact_inputs, rtol=1e-6, atol=1e-6)
            np.testing.assert_allclose(outputs, matrices.exact_outputs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_non_finite_inputs_give_a_non_finite_loss(isa: str, bad: float) -> None:
    """Training detects divergence by the loss, which must therefore not be finite."""
    for objective in OBJECTIVES:
        matrices = Matrices.random(np.random.default_rng(1), 8, 16)
        matrices.inputs[1] = bad
        rows = np.arange(3, dtype=np.int32)
        signs, repeats = np.array([1, -1, -1], np.float32), np.ones(3, np.float32)
        loss = _core_testing.kernels.update_window(
            isa, objective.split("-")[0], matrices.inputs, rows, matrices.outputs, rows, signs, repeats, rate=0.1
        )
        assert not np.isfinite(loss)


def test_instruction_sets_agree() -> None:
    isas = compute.available_isas()
    if len(isas) == 1:
        pytest.skip("one instruction set only: nothing to compare")
    for objective in OBJECTIVES:
        results = []
        for isa in isas:
            generator = np.random.default_rng(23)
            matrices = Matrices.random(generator, 40, 112)
            loss = sum(update(isa, objective, matrices, random_window(generator, 40, "both"))[0] for _ in range(50))
            results.append((matrices.inputs, matrices.outputs, loss))
        for inputs, outputs, loss in results[1:]:
            np.testing.assert_allclose(inputs, results[0][0], atol=3e-7)
            np.testing.assert_allclose(outputs, results[0][1], atol=3e-7)
            assert loss == pytest.approx(results[0][2], rel=1e-6)


def test_each_instruction_set_is_deterministic(isa: str) -> None:
    runs = []
    for _ in range(2):
        generator = np.random.default_rng(29)
        matrices = Matrices.random(generator, 40, 112)
        for _ in range(20):
            update(isa, "skipgram", matrices, random_window(generator, 40, "both"))
        runs.append(matrices.inputs.tobytes() + matrices.outputs.tobytes())
    assert runs[0] == runs[1]


def test_touching_changes_nothing(isa: str) -> None:
    generator = np.random.default_rng(31)
    matrices = Matrices.random(generator, 40, 112)
    before = matrices.inputs.tobytes() + matrices.outputs.tobytes()
    window = random_window(generator, 40, "both")
    signs = np.where(window.labels == 1, 1, -1).astype(np.float32)
    loss = _core_testing.kernels.update_window(
        isa, "touch", matrices.inputs, window.input_rows, matrices.outputs, window.output_rows, signs,
        window.repeats.astype(np.float32), rate=0.1,
    )  # fmt: skip
    assert loss == 0
    assert matrices.inputs.tobytes() + matrices.outputs.tobytes() == before


@pytest.mark.parametrize("architecture", ["skipgram", "cbow", "concatenation", "touch"])
def test_windows_without_inputs_or_outputs_do_nothing(isa: str, architecture: str) -> None:
    matrix = np.ones((2, 16), np.float32)
    none, some = np.array([], np.int32), np.array([0], np.int32)
    for inputs, outputs in ((none, some), (some, none), (none, none)):
        numbers = np.ones(len(outputs), np.float32)
        loss = _core_testing.kernels.update_window(
            isa, architecture, matrix, inputs, matrix.copy(), outputs, numbers, numbers, rate=0.1
        )
        assert loss == 0
    np.testing.assert_array_equal(matrix, 1)


def test_definition_matches_central_differences() -> None:
    """Compare the changes of inputs and outputs with numerical gradients of the loss."""
    generator = np.random.default_rng(37)
    inputs, outputs = generator.standard_normal((3, 5)), generator.standard_normal((4, 5))
    labels, repeats = np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 2.0, 1.0, 3.0])

    def loss(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        return pair_losses(x @ y.T, labels, repeats)

    moved_inputs, moved_outputs = inputs.copy(), outputs.copy()
    skipgram_window(moved_inputs, np.arange(3), moved_outputs, np.arange(4), labels, repeats, 1.0)
    for matrix, moved in ((inputs, moved_inputs), (outputs, moved_outputs)):
        for index in np.ndindex(matrix.shape):
            value, step = matrix[index], 1e-6
            matrix[index] = value + step
            above = loss(inputs, outputs)
            matrix[index] = value - step
            below = loss(inputs, outputs)
            matrix[index] = value
            assert moved[index] - value == pytest.approx(-(above - below) / (2 * step), rel=1e-6, abs=1e-8)
    assert sigmoid(np.array([0.0]))[0] == 0.5


def concatenated(columns: int, inputs: int) -> int:
    return -(-columns * inputs // 16) * 16


@pytest.mark.parametrize("columns", [1, 5, 15, 16, 17, 30, 100, 128])
def test_concatenation_matches_the_definition(isa: str, columns: int) -> None:
    generator = np.random.default_rng(columns)
    for inputs in (1, 2, 3, 11):
        for outputs in (1, 6, 7, 17):
            rows = np.zeros((20, -(-columns // 16) * 16), np.float32)
            rows[:, :columns] = generator.standard_normal((20, columns)) / np.sqrt(columns)
            layer = np.zeros((30, concatenated(columns, inputs)), np.float32)
            layer[:, : columns * inputs] = generator.standard_normal((30, columns * inputs)) / np.sqrt(columns)
            input_rows = generator.integers(0, 20, inputs).astype(np.int32)  # some occur twice
            output_rows = generator.permutation(30)[:outputs].astype(np.int32)
            labels = generator.integers(0, 2, outputs).astype(np.float64)
            repeats = generator.choice([1.0, 1.0, 2.0], outputs)
            scale = generator.uniform(0, 2, inputs).astype(np.float32)
            exact_rows, exact_layer = rows.astype(np.float64), layer.astype(np.float64)
            parts = [exact_rows[row, :columns].copy() for row in input_rows]
            unpadded = exact_layer[:, : columns * inputs]
            changes, exact = concatenation_window(parts, unpadded, output_rows, labels, repeats, float(np.float32(0.1)))
            for row, change, factor in zip(input_rows, changes, scale, strict=True):
                exact_rows[row, :columns] += float(factor) * change
            loss = _core_testing.kernels.update_window(
                isa, "concatenation", rows, input_rows, layer, output_rows,
                np.where(labels == 1, 1, -1).astype(np.float32), repeats.astype(np.float32), rate=0.1,
                update_scale=scale, columns=columns,
            )  # fmt: skip
            assert loss == pytest.approx(exact, rel=2e-6)
            np.testing.assert_allclose(rows, exact_rows, atol=2e-6)
            np.testing.assert_allclose(layer, exact_layer, atol=2e-6)
            assert not rows[:, columns:].any()
            assert not layer[:, columns * inputs :].any()


@pytest.mark.parametrize("architecture", ["cbow", "concatenation"])
def test_inputs_that_are_only_read(isa: str, architecture: str) -> None:
    """The others receive the same change as if all were updated."""
    generator = np.random.default_rng(41)
    columns = 32
    matrices = Matrices.random(generator, 40, columns)
    input_rows = np.array([3, 7, 9, 12], np.int32)
    width = concatenated(columns, 4) if architecture == "concatenation" else columns
    layer = (generator.standard_normal((40, width)) / 6).astype(np.float32)
    signs, repeats, output_rows = np.array([1, -1], np.float32), np.ones(2, np.float32), np.array([1, 2], np.int32)
    results = []
    for frozen in (0, 3):
        rows = matrices.inputs.copy()
        _core_testing.kernels.update_window(
            isa, architecture, rows, input_rows, layer.copy(), output_rows, signs, repeats, rate=0.1, frozen=frozen,
            columns=columns,
        )  # fmt: skip
        results.append(rows)
    np.testing.assert_array_equal(results[1][input_rows[:3]], matrices.inputs[input_rows[:3]])
    np.testing.assert_array_equal(results[1][12], results[0][12])
    assert (results[0][input_rows] != matrices.inputs[input_rows]).any(axis=1).all()


@pytest.mark.parametrize("positions", [2, 3, 4])
def test_concatenations_that_share_outputs(isa: str, positions: int) -> None:
    """Each position has its target alone, and the other outputs with all."""
    generator = np.random.default_rng(positions)
    for columns, slots, noise in ((5, 3, 0), (20, 3, 5), (100, 11, 5), (17, 2, 9)):
        rows = np.zeros((60, -(-columns // 16) * 16), np.float32)
        rows[:, :columns] = generator.standard_normal((60, columns)) / np.sqrt(columns)
        layer = np.zeros((30, concatenated(columns, slots)), np.float32)
        layer[:, : columns * slots] = generator.standard_normal((30, columns * slots)) / np.sqrt(columns)
        input_rows = generator.integers(0, 60, positions * slots).astype(np.int32)
        output_rows = generator.permutation(30)[: positions + noise].astype(np.int32)
        labels = np.r_[np.ones(positions), np.zeros(noise)]
        repeats = np.r_[np.ones(positions), generator.choice([1.0, 2.0], noise)]
        exact_rows, exact_layer = rows.astype(np.float64), layer.astype(np.float64)
        exact = 0.0
        for position in range(positions):
            used = [position, *range(positions, positions + noise)]
            parts = [rows[row, :columns].astype(np.float64) for row in input_rows.reshape(positions, slots)[position]]
            moved = layer[:, : columns * slots].astype(np.float64)
            before = moved.copy()
            changes, loss = concatenation_window(
                parts, moved, output_rows[used], labels[used], repeats[used], float(np.float32(0.1))
            )
            exact += loss
            exact_layer[:, : columns * slots] += moved - before
            for row, change in zip(input_rows.reshape(positions, slots)[position], changes, strict=True):
                exact_rows[row, :columns] += change
        loss = _core_testing.kernels.update_window(
            isa, "concatenation", rows, input_rows, layer, output_rows,
            np.where(labels == 1, 1, -1).astype(np.float32), repeats.astype(np.float32), rate=0.1, columns=columns,
            positions=positions,
        )  # fmt: skip
        assert loss == pytest.approx(exact, rel=2e-6)
        np.testing.assert_allclose(rows, exact_rows, atol=3e-6)
        np.testing.assert_allclose(layer, exact_layer, atol=3e-6)
        assert not rows[:, columns:].any()
