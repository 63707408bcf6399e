"""The kernels that score rows, on every instruction set, called through `_core.search`."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import nearest as reference
from wordkin import _core

WIDTHS = {"baseline": 4, "neon": 4, "avx2": 8, "avx512": 16, "avx512bf16": 16, "amx": 16}


def scores_of(
    isa: str, vectors: NDArray[np.generic], divisors: NDArray[np.float32], queries: NDArray[np.float32]
) -> NDArray[np.float32]:
    scores = np.full((len(queries), len(vectors)), np.nan, dtype=np.float32)
    bits = vectors.view(np.uint16) if vectors.dtype == np.float16 else vectors
    _core.search.cosines(scores, queries, bits, divisors, isa=isa, threads=1)
    return scores


def random_matrix(
    rng: np.random.Generator, rows: int, columns: int, dtype: type, spare: int = 0
) -> NDArray[np.generic]:
    """Return random rows separated by `spare` NaN, so that reads beyond a row are noticed."""
    whole = np.full((rows, columns + spare), np.nan, dtype=dtype)
    whole[:, :columns] = rng.standard_normal((rows, columns))
    return whole[:, :columns]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("spare", [0, 5])
def test_every_number_of_columns(isa: str, dtype: type, spare: int) -> None:
    width = WIDTHS[isa]
    rng = np.random.default_rng(1)
    for columns in (0, 1, width - 1, width, width + 1, 2 * width + 3, 37, 300):
        vectors = random_matrix(rng, 21, columns, dtype, spare)
        divisors = rng.uniform(0.5, 2.0, 21).astype(np.float32)
        for count in (1, 3, 4, 9):
            queries = rng.standard_normal((count, columns)).astype(np.float32)
            expected = reference.cosines(vectors, divisors, queries)
            # Float32 sums of `columns` terms of size 1 have an error of about 6e-8 * sqrt(columns) per rounding.
            np.testing.assert_allclose(
                scores_of(isa, vectors, divisors, queries), expected, atol=1e-6 * (1 + columns**0.5)
            )


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_every_number_of_rows_and_queries(isa: str, dtype: type) -> None:
    rng = np.random.default_rng(2)
    vectors, queries = random_matrix(rng, 35, 13, dtype), rng.standard_normal((11, 13)).astype(np.float32)
    divisors = rng.uniform(0.5, 2.0, 35).astype(np.float32)
    whole = scores_of(isa, vectors, divisors, queries)
    np.testing.assert_allclose(whole, reference.cosines(vectors, divisors, queries), atol=1e-5)
    for rows, count in itertools.product((1, 2, 15, 16, 17, 35), (1, 2, 3, 4, 5, 8, 11)):
        part = scores_of(isa, vectors[:rows], divisors[:rows], queries[:count])
        assert np.array_equal(part, whole[:count, :rows])  # scores do not depend on the other rows and queries


def test_float16_scores_equal_those_of_float32(isa: str) -> None:
    rng = np.random.default_rng(3)
    halves = random_matrix(rng, 40, 29, np.float16)
    divisors = np.ones(40, dtype=np.float32)
    queries = rng.standard_normal((6, 29)).astype(np.float32)
    floats = np.ascontiguousarray(halves.astype(np.float32))
    assert np.array_equal(scores_of(isa, halves, divisors, queries), scores_of(isa, floats, divisors, queries))


def test_every_float16_value_is_converted_exactly(isa: str) -> None:
    halves = np.arange(1 << 16, dtype=np.uint16)[:, np.newaxis]
    ones = np.ones(1 << 16, dtype=np.float32)
    expected = halves.view(np.float16).astype(np.float32)[:, 0]
    for count in (1, 4):  # converted when read, and converted before
        scores = np.empty((count, 1 << 16), dtype=np.float32)
        _core.search.cosines(scores, np.ones((count, 1), np.float32), halves, ones, isa=isa, threads=1)
        assert np.array_equal(scores[0], expected, equal_nan=True)


def test_infinities_and_nan_are_propagated(isa: str) -> None:
    vectors = np.ones((18, 6), dtype=np.float32)
    vectors[3, 2], vectors[17, 5], vectors[9, 0] = np.inf, np.nan, -np.inf
    scores = scores_of(isa, vectors, np.ones(18, np.float32), np.ones((5, 6), np.float32))
    for row in scores:
        assert row[3] == np.inf and row[9] == -np.inf and np.isnan(row[17])
        assert (np.delete(row, [3, 9, 17]) == 6).all()
