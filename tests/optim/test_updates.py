"""Adagrad and Adam in C++, on tensors and on rows, compared with values by hand and with their definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import optim as reference
from wordkin import _core_testing

Arrays = list[NDArray[Any]]


def update(optimizer: str, dense: list[Any], sparse: list[Any] | None = None, **options: Any) -> float:
    return _core_testing.optim.update(optimizer, dense, sparse or [], **{"rate": 0.2, "isa": "baseline", **options})


def float32(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def test_adagrad_by_hand(isa: str) -> None:
    weights, accumulator, gradient = float32(1, 2, 3), float32(1, 1, 3), float32(0, np.sqrt(3), -1)
    norm = update("adagrad", [(weights, accumulator, None, gradient)], rate=0.5, isa=isa)
    assert norm == pytest.approx(2)  # sqrt(0 + 3 + 1)
    np.testing.assert_allclose(accumulator, [1, 4, 4], rtol=1e-6)
    np.testing.assert_allclose(weights, [1, 2 - 0.5 * np.sqrt(3) / 2, 3 + 0.5 / 2], rtol=1e-6)


def test_adam_by_hand(isa: str) -> None:
    """The first step has the length `rate`, whatever the size of the gradient."""
    weights, first, second, gradient = float32(1, 2, 3), *np.zeros((2, 3), np.float32), float32(0, 100, -0.01)
    update("adam", [(weights, first, second, gradient)], rate=0.1, isa=isa)
    np.testing.assert_allclose(weights, [1, 1.9, 3.1], rtol=1e-5)
    np.testing.assert_allclose(first, [0, 10, -0.001], rtol=1e-6)
    np.testing.assert_allclose(second, [0, 10, 1e-7], rtol=1e-5)


def test_clipping_by_hand(isa: str) -> None:
    arrays = [float32(0), float32(1), None, float32(3)], [float32(0), float32(1), None, float32(4)]
    norm = update("adagrad", [tuple(a) for a in arrays], rate=1, clip_norm=1, isa=isa)
    assert norm == pytest.approx(5)
    for (weights, accumulator, _, gradient), clipped in zip(arrays, (0.6, 0.8), strict=True):
        np.testing.assert_allclose(accumulator, 1 + clipped**2, rtol=1e-6)
        np.testing.assert_allclose(weights, -clipped / np.sqrt(1 + clipped**2), rtol=1e-6)
        assert gradient in (3, 4)  # gradients are not modified


def random_state(optimizer: str, rng: np.random.Generator, shape: tuple[int, ...]) -> Arrays:
    """Return random weights and the initial state of the optimizer."""
    memory = [np.ones(shape, np.float32)] if optimizer == "adagrad" else list(np.zeros((2, *shape), np.float32))
    return [rng.standard_normal(shape).astype(np.float32), *memory]


def reference_step(optimizer: str, state: Arrays, gradient: NDArray[Any], rate: float, step: int) -> None:
    if optimizer == "adagrad":
        reference.adagrad(*state, gradient, rate)
    else:
        reference.adam(*state, gradient, rate, step)


def flat(state: Arrays) -> tuple[NDArray[Any] | None, ...]:
    views = [array.reshape(-1) for array in state]
    return (*views, *([None] * (3 - len(views))))


def assert_states_near(found: list[Arrays], expected: list[Arrays]) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * np.abs(b).max(initial=1e-30))


@pytest.mark.parametrize("optimizer", ["adagrad", "adam"])
@pytest.mark.parametrize("clip_norm", [0.0, 2.0])
def test_several_updates_of_tensors_of_every_length(isa: str, optimizer: str, clip_norm: float) -> None:
    rng = np.random.default_rng(1)
    ours = [
        random_state(optimizer, rng, (n,)) for n in [*range(20), 31, 33, 40_000]
    ]  # the last one is processed in three blocks
    theirs = [[array.astype(np.float64) for array in state] for state in ours]
    for step in range(1, 6):
        gradients = [(rng.standard_normal(len(state[0])) * 0.01).astype(np.float32) for state in ours]
        dense = [(*flat(state), gradient) for state, gradient in zip(ours, gradients, strict=True)]
        norm = update(optimizer, dense, rate=0.05, step=step, clip_norm=clip_norm, isa=isa)
        exact = [gradient.astype(np.float64) for gradient in gradients]
        assert norm == pytest.approx(reference.global_norm(exact), rel=1e-12)  # float64 sums
        scale = reference.clip_scale(norm, clip_norm)
        assert (scale < 1) == (clip_norm > 0)
        for state, gradient in zip(theirs, exact, strict=True):
            reference_step(optimizer, state, scale * gradient, 0.05, step)
    assert_states_near(ours, theirs)


@pytest.mark.parametrize("optimizer", ["adagrad", "adam"])
@pytest.mark.parametrize("columns", [1, 5, 16, 37])
def test_several_updates_of_rows(isa: str, optimizer: str, columns: int) -> None:
    rng = np.random.default_rng(2)
    words = 300
    ours = [random_state(optimizer, rng, (words, columns)), random_state(optimizer, rng, (words,))]
    theirs = [[array.astype(np.float64) for array in state] for state in ours]
    touched = np.zeros(words, dtype=bool)
    start = [[array.copy() for array in state] for state in ours]
    for step in range(1, 5):
        ids = np.sort(rng.choice(200, 60, replace=False)).astype(np.int32)  # 200 .. 299 are never used
        values, bias = (rng.standard_normal(shape).astype(np.float32) for shape in ((60, columns), (60,)))
        norm = update(
            optimizer,
            [],
            [(*flat(ours[0]), *flat(ours[1]), ids, values, bias)],
            rate=0.05,
            step=step,
            clip_norm=3,
            isa=isa,
        )
        exact = [array.astype(np.float64) for array in (values, bias)]
        assert norm == pytest.approx(reference.global_norm(exact), rel=1e-12)
        touched[ids] = True
        for state, gradient in zip(theirs, exact, strict=True):
            rows = [array[ids] for array in state]
            reference_step(optimizer, rows, reference.clip_scale(norm, 3) * gradient, 0.05, step)
            for array, changed in zip(state, rows, strict=True):
                array[ids] = changed
    assert_states_near(ours, theirs)
    for state, before in zip(ours, start, strict=True):
        for array, old in zip(state, before, strict=True):
            assert np.array_equal(array[~touched], old[~touched])


@pytest.mark.parametrize("optimizer", ["adagrad", "adam"])
def test_rows_without_bias(isa: str, optimizer: str) -> None:
    rng = np.random.default_rng(3)
    ours = random_state(optimizer, rng, (10, 4))
    theirs = [array.astype(np.float64) for array in ours]
    values = rng.standard_normal((2, 4)).astype(np.float32)
    rows = (*flat(ours), None, None, None, np.array([2, 7], dtype=np.int32), values, None)
    update(optimizer, [], [rows], isa=isa)
    chosen = [array[[2, 7]] for array in theirs]
    reference_step(optimizer, chosen, values.astype(np.float64), 0.2, 1)
    for array, changed in zip(theirs, chosen, strict=True):
        array[[2, 7]] = changed
    assert_states_near([ours], [theirs])


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_threads_does_not_change_the_result(threads: int) -> None:
    rng = np.random.default_rng(4)
    states = [random_state("adagrad", rng, shape) for shape in [(70_000,), (3,), (900, 100), (900,)]]
    gradients = [rng.standard_normal(n).astype(np.float32) for n in (70_000, 3)]
    rows = np.arange(0, 900, 2, dtype=np.int32), *(rng.standard_normal(s).astype(np.float32) for s in ((450, 100), 450))
    results = []
    for team in (1, threads):
        copies = [[array.copy() for array in state] for state in states]
        dense = [(*flat(state), gradient) for state, gradient in zip(copies[:2], gradients, strict=True)]
        norm = update("adagrad", dense, [(*flat(copies[2]), *flat(copies[3]), *rows)], clip_norm=1, threads=team)
        results.append((norm, copies))
    assert results[0][0] == results[1][0]
    for one, more in zip(results[0][1], results[1][1], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, more, strict=True))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_non_finite_gradients_give_a_non_finite_norm(isa: str, value: float) -> None:
    weights, accumulator, gradient = np.zeros(40, np.float32), np.ones(40, np.float32), np.ones(40, np.float32)
    gradient[37] = value
    assert not np.isfinite(update("adagrad", [(weights, accumulator, None, gradient)], isa=isa))
    assert (weights == 0).all()


def test_the_norm_of_large_gradients_does_not_overflow(isa: str) -> None:
    """The square of 1e30 exceeds the range of float32."""
    state = np.zeros(3, np.float32), np.ones(3, np.float32), None
    norm = update("adagrad", [(*state, float32(1e30, 0, 0))], clip_norm=1, isa=isa)
    assert norm == pytest.approx(1e30)
    np.testing.assert_allclose(state[0], [-0.2 / np.sqrt(2), 0, 0], rtol=1e-6)
