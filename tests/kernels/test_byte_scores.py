"""Products of rows and queries that are rounded to bytes, on every instruction set, and the bounds made from them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import byte_rows as reference
from reference import nearest
from wordkin import _core, _core_testing

PANEL_ROWS = 16


def products_of(isa: str, vectors: NDArray[np.float32], queries: NDArray[np.float32]) -> NDArray[np.int32]:
    padded = -(-len(vectors) // PANEL_ROWS) * PANEL_ROWS
    products = np.full((len(queries), padded), 12345, dtype=np.int32)
    _core_testing.kernels.byte_products(isa, products, vectors, queries)
    return products[:, : len(vectors)]


def rounded_rows(
    isa: str, vectors: NDArray[np.float32], divisors: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], int]:
    elements, per_unit, panels = _core.search.rounded_sizes(*vectors.shape)
    rounded = (np.empty(elements, np.uint8), np.empty(per_unit, np.float32), np.empty((panels, 2), np.float32))
    _core.search.round_rows(*rounded, vectors, divisors, isa=isa, threads=1)
    return (*rounded, 0)


def test_products_are_exact_for_every_shape(isa: str) -> None:
    rng = np.random.default_rng(1)
    for columns in (1, 3, 4, 5, 15, 16, 17, 31, 33, 300):
        for rows, count in ((1, 1), (15, 2), (16, 3), (17, 4), (33, 6), (48, 8), (50, 9), (97, 25)):
            vectors = rng.standard_normal((rows, columns)).astype(np.float32)
            queries = rng.standard_normal((count, columns)).astype(np.float32)
            assert np.array_equal(products_of(isa, vectors, queries), reference.products(vectors, queries))


def test_the_greatest_products_do_not_saturate(isa: str) -> None:
    """All elements have the greatest magnitude, so that sums of two products exceed 16 bits if bytes are unsigned."""
    rng = np.random.default_rng(2)
    for columns in (4, 301, 1 << 15):
        vectors = rng.choice(np.array([-1, 1], np.float32), size=(40, columns))
        vectors[0], vectors[1] = 1, -1
        queries = vectors[[0, 1, 5]].copy()
        products = products_of(isa, vectors, queries)
        assert np.array_equal(products, reference.products(vectors, queries))
        assert products[0, 0] == 127 * 127 * columns and products[1, 0] == -products[0, 0]


def test_rows_are_zero_padded_and_not_read_beyond_their_end(isa: str) -> None:
    whole = np.full((20, 24), np.nan, dtype=np.float32)
    whole[:, :13] = np.random.default_rng(3).standard_normal((20, 13))
    vectors = whole[:, :13]
    assert np.array_equal(products_of(isa, vectors, vectors), reference.products(vectors, vectors))


@pytest.mark.parametrize("columns", [1, 30, 301])
@pytest.mark.parametrize("exponents", [(0, 0), (-3, 3)])
def test_bounds_contain_the_cosines(isa: str, columns: int, exponents: tuple[int, int]) -> None:
    rng = np.random.default_rng(4)
    scales = 10.0 ** rng.uniform(*exponents, size=(100, 1))
    vectors = (scales * rng.standard_normal((100, columns))).astype(np.float32)
    vectors[7] = 0
    vectors[8, 0], vectors[9, 0], vectors[10] = np.nan, np.inf, 1e-12
    divisors = np.linalg.norm(vectors.astype(np.float64), axis=1).astype(np.float32)
    divisors[7] = 1
    queries = rng.standard_normal((5, columns)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    queries[4] = 0
    lower, upper = np.empty((5, 100), np.float32), np.empty((5, 100), np.float32)
    rounded = rounded_rows(isa, vectors, divisors)
    _core.search.bounds(lower, upper, queries, vectors, divisors, rounded, isa=isa, threads=1)
    assert np.isnan(upper[:, 8:11]).all()  # no bounds are known for rows that are not finite or tiny
    usual = np.setdiff1d(np.arange(100), [8, 9, 10])
    exact = nearest.cosines(vectors[usual], divisors[usual], queries)
    assert (lower[:, usual] <= exact).all() and (exact <= upper[:, usual]).all()
    assert (upper[:, usual] - lower[:, usual] < 0.06).all()
    scores = np.empty((5, 100), np.float32)
    _core.search.cosines(scores, queries, vectors, divisors, isa=isa, threads=1)
    assert (lower[:, usual] <= scores[:, usual]).all() and (scores[:, usual] <= upper[:, usual]).all()


def test_rows_are_rounded_alike_on_every_instruction_set(isa: str) -> None:
    rng = np.random.default_rng(5)
    vectors = rng.standard_normal((70, 37)).astype(np.float32)
    ones = np.ones(70, np.float32)
    for some, others in zip(rounded_rows(isa, vectors, ones), rounded_rows("baseline", vectors, ones), strict=True):
        np.testing.assert_allclose(some, others, rtol=1e-5)
