"""Products of 8-bit integers: every instruction set computes the floats of the definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import int8
from wordkin import _core, _core_testing

ROWS = (0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64)
# Odd sizes, whole vectors and tiles, and a depth that is divided into two blocks.
DEPTHS_AND_COLUMNS = ((1, 1), (3, 7), (4, 8), (5, 17), (63, 33), (64, 32), (130, 96), (513, 49))

Floats = NDArray[np.float32]


def random_matrix(rng: np.random.Generator, rows: int, columns: int, spare: int = 3) -> Floats:
    """Return random rows separated by `spare` NaN, so that reads beyond a row are noticed."""
    whole = np.full((rows, columns + spare), np.nan, dtype=np.float32)
    whole[:, :columns] = rng.standard_normal((rows, columns))
    return whole[:, :columns]


def packed(b: Floats, isa: str, threads: int = 1) -> _core_testing.linalg.PackedProduct:
    return _core_testing.linalg.PackedProduct(b, isa=isa, precision="int8", threads=threads)


@pytest.mark.parametrize("threads", [1, 3])
def test_products_are_those_of_the_definition(any_isa: str, threads: int) -> None:
    rng = np.random.default_rng(1)
    for depth, columns in DEPTHS_AND_COLUMNS:
        b = random_matrix(rng, depth, columns)
        product = packed(b, any_isa, threads)
        for rows, accumulate in itertools.product(ROWS, (False, True)):
            a, c = random_matrix(rng, rows, depth), random_matrix(rng, rows, columns)
            expected = int8.product(a, b)
            if accumulate:
                expected = c + expected
            whole = c.base
            assert whole is not None
            product.multiply(c, a, accumulate=accumulate)
            np.testing.assert_array_equal(c, expected)
            assert np.isnan(whole[:, columns:]).all()


def test_sums_do_not_saturate(any_isa: str) -> None:
    """Rows and columns of the greatest integers: pairs of products exceed 2^15, sums of the longest rows 2^27."""
    for depth, sign in itertools.product((2, 64, 16384), (1.0, -1.0)):
        a, b = np.full((3, depth), 2.5, np.float32), np.full((depth, 5), sign * 0.5, np.float32)
        c = np.empty((3, 5), np.float32)
        packed(b, any_isa).multiply(c, a)
        np.testing.assert_array_equal(c, int8.product(a, b))
        np.testing.assert_allclose(c, sign * 1.25 * depth, rtol=1e-6)


def test_deep_matrices_have_a_scale_for_each_block_of_a_row(any_isa: str) -> None:
    rng = np.random.default_rng(2)
    a, b = random_matrix(rng, 3, 20000), random_matrix(rng, 20000, 5)
    a[:, :10000] *= 100.0
    integers, scales = int8.rounded_columns(b)
    expected = np.zeros((3, 5), np.float32)
    for block in (slice(0, 10048 if any_isa == "amx" else 10000), slice(10048 if any_isa == "amx" else 10000, None)):
        left, row_scales = int8.rounded_rows(a[:, block])
        sums = (left.astype(np.int64) @ integers[block].astype(np.int64)).astype(np.float32)
        expected = expected + (sums * scales) * row_scales[:, np.newaxis]
    c = np.empty((3, 5), np.float32)
    packed(b, any_isa).multiply(c, a)
    np.testing.assert_array_equal(c, expected)


def test_rows_and_columns_without_a_scale(any_isa: str) -> None:
    """Zeros stay zeros, numbers too small for a scale become zeros, and what overflows is NaN in its row only."""
    rng = np.random.default_rng(3)
    a, b = random_matrix(rng, 7, 37), random_matrix(rng, 37, 21)
    b[:, 3], b[:, 4], b[:, 5] = 0.0, 1e-38, 3e38
    a[1], a[2], a[3], a[4, 5], a[5, 36], a[6] = 0.0, -1e-37, 1e-30, np.inf, np.nan, 1e38
    c = np.empty((7, 21), np.float32)
    packed(b, any_isa).multiply(c, a)
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_array_equal(c, int8.product(a, b))
    assert (c[1:3] == 0).all() and (c[:4, 3:5] == 0).all() and np.isnan(c[4:6]).all() and np.isfinite(c[0]).all()


def test_ties_are_rounded_to_even(any_isa: str) -> None:
    a = np.array([[127.0, *np.arange(-20.5, 20.0)]], np.float32)
    b = np.zeros((a.shape[1], a.shape[1]), np.float32)
    np.fill_diagonal(b, 127.0)
    c = np.empty_like(a)
    packed(b, any_isa).multiply(c, a)
    np.testing.assert_array_equal(c, 127.0 * np.rint(a))


def test_rows_do_not_depend_on_the_other_rows(any_isa: str) -> None:
    rng = np.random.default_rng(4)
    for depth, columns in ((37, 96), (600, 49)):
        b, a = random_matrix(rng, depth, columns), random_matrix(rng, 300, depth)
        expected = random_matrix(rng, 300, columns)
        packed(b, any_isa).multiply(expected, a)
        for threads, rows in itertools.product((1, 2, 3), ROWS[1:]):
            c = random_matrix(rng, rows, columns)
            first = (300 - rows) // 2
            packed(b, any_isa, threads).multiply(c, a[first : first + rows])
            assert np.array_equal(c, expected[first : first + rows])


def test_products_of_depth_zero_are_zero(any_isa: str) -> None:
    c = np.ones((3, 5), dtype=np.float32)
    product = packed(np.zeros((0, 5), np.float32), any_isa)
    product.multiply(c, np.zeros((3, 0), np.float32), accumulate=True)
    assert (c == 1).all()
    product.multiply(c, np.zeros((3, 0), np.float32))
    assert (c == 0).all()


def test_packed_matrices_take_a_quarter_of_the_memory() -> None:
    product = packed(np.zeros((512, 960), np.float32), "baseline")
    assert 512 * 960 < product.bytes < 512 * 960 * 1.05


def test_columns_are_rounded_like_the_definition() -> None:
    rng = np.random.default_rng(5)
    matrix = random_matrix(rng, 40, 33)
    matrix[:, 2], matrix[:20, 3] = 0.0, 0.0
    values, scales = _core.elmo.round_columns("weights", matrix, 2)
    assert (values.dtype, scales.shape) == (np.int8, (2, 33))
    for half in (0, 1):
        integers, expected = int8.rounded_columns(matrix[20 * half : 20 * half + 20])
        np.testing.assert_array_equal(values[20 * half : 20 * half + 20], integers)
        np.testing.assert_array_equal(scales[half], expected)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_matrices_with_elements_that_are_not_finite_are_refused(value: float) -> None:
    matrix = np.ones((6, 5), np.float32)
    matrix[4, 3] = value
    for parts in (1, 2):
        with pytest.raises(ValueError, match="W_0 has infinite or NaN elements, which cannot be rounded to 8-bit"):
            _core.elmo.round_columns("W_0", matrix, parts)
    with pytest.raises(ValueError, match="W_0 must have a multiple of 4 rows, got 6"):
        _core.elmo.round_columns("W_0", matrix, 4)
