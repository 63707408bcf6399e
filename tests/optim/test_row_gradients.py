"""Merging of two row-sparse gradients of one matrix."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference.optim import dense_rows
from wordkin import _core_testing

Rows = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]


def random_rows(rng: np.random.Generator, ids: NDArray[np.int64]) -> Rows:
    values = rng.standard_normal((len(ids), 5)).astype(np.float32)
    return ids.astype(np.int32), values, rng.standard_normal(len(ids)).astype(np.float32)


def total(rows: list[Rows], which: int) -> NDArray[np.float64]:
    kept = [(ids[ids >= 0], array[which - 1][ids >= 0]) for ids, *array in rows]
    return sum(dense_rows(ids, array.astype(np.float64), 200) for ids, array in kept)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("sizes", [(60, 50), (0, 5), (5, 0), (200, 200), (1, 200), (200, 1)])
def test_shared_rows_are_added_and_moved(threads: int, sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(sizes))
    ids = [np.sort(rng.choice(200, size, replace=False)) for size in sizes]
    before = [random_rows(rng, chosen) for chosen in ids]
    after = _core_testing.optim.merge_shared_rows(*before, threads=threads)
    for which in (1, 2):
        np.testing.assert_allclose(total(list(after), which), total(before, which), rtol=1e-6, atol=1e-6)
    assert np.array_equal(after[0][0], ids[0])
    shared = np.isin(ids[1], ids[0])
    assert np.array_equal(after[1][0], np.where(shared, -1, ids[1]))  # shared rows have moved to the first gradient


def test_moved_rows_are_updated_once() -> None:
    rng = np.random.default_rng(1)
    kept, other = (random_rows(rng, np.array(ids)) for ids in ([1, 4, 7], [0, 4, 9]))
    merged = _core_testing.optim.merge_shared_rows(kept, other)
    whole = random_rows(rng, np.array([0, 1, 4, 7, 9]))
    for which in (1, 2):
        whole[which][:] = total([kept, other], which)[[0, 1, 4, 7, 9]]
    results = []
    for sources in (merged, [whole]):
        weights, bias = np.zeros(50, np.float32), np.zeros(10, np.float32)
        memory, bias_memory = np.ones(50, np.float32), np.ones(10, np.float32)
        sparse = [(weights, memory, None, bias, bias_memory, None, *rows) for rows in sources]
        norm = _core_testing.optim.update("adagrad", [], sparse, rate=0.2, clip_norm=1.0, isa="baseline")
        results.append((norm, weights, bias, memory, bias_memory))
    for of_two, of_one in zip(*results, strict=True):
        np.testing.assert_allclose(of_two, of_one, rtol=1e-6, atol=1e-7)
