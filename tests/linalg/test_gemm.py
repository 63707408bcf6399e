"""Matrix products compared with NumPy in float64, per instruction set, precision and number of threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from reference import bfloat16
from wordkin import _core_testing

ROWS = (0, 1, 2, 3, 7, 8, 9, 31, 33, 64)
DEPTHS_AND_COLUMNS = ((1, 1), (5, 17), (37, 96), (300, 49), (1027, 130))  # the last is split along its depth

Floats = NDArray[np.float32]


@pytest.fixture(params=["float32", "bfloat16"])
def precision(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def random_matrix(rng: np.random.Generator, rows: int, columns: int, spare: int = 3) -> Floats:
    """Return random rows separated by `spare` NaN, so that reads beyond a row are noticed."""
    whole = np.full((rows, columns + spare), np.nan, dtype=np.float32)
    whole[:, :columns] = rng.standard_normal((rows, columns))
    return whole[:, :columns]


def assert_product(result: Floats, a: Floats, b: Floats, start: Floats | float, precision: str) -> None:
    """Compare to within 1e-6 of the sum of absolute terms, about 16 units of float32 rounding."""
    if precision == "bfloat16":
        a, b = bfloat16.rounded(a), bfloat16.rounded(b)
    a64, b64 = a.astype(np.float64), b.astype(np.float64)
    bound = 1e-6 * (np.abs(a64) @ np.abs(b64) + np.abs(start)) + 1e-30
    assert (np.abs(result - (start + a64 @ b64)) <= bound).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("transposed", [False, True])
def test_packed_products(isa: str, precision: str, threads: int, transposed: bool) -> None:
    rng = np.random.default_rng(1)
    for depth, columns in DEPTHS_AND_COLUMNS:
        b = random_matrix(rng, depth, columns)
        stored = random_matrix(rng, columns, depth) if transposed else b
        if transposed:
            b = np.ascontiguousarray(stored.T)
        product = _core_testing.linalg.PackedProduct(
            stored, transposed=transposed, isa=isa, precision=precision, threads=threads
        )
        for rows, accumulate in itertools.product(ROWS, (False, True)):
            a, c = random_matrix(rng, rows, depth), random_matrix(rng, rows, columns)
            start = c.copy() if accumulate else 0.0
            whole = c.base
            assert whole is not None
            product.multiply(c, a, accumulate=accumulate)
            assert_product(c, a, b, start, precision)
            assert np.isnan(whole[:, columns:]).all()


def test_rows_do_not_depend_on_the_other_rows(isa: str, precision: str) -> None:
    rng = np.random.default_rng(2)
    for depth, columns in DEPTHS_AND_COLUMNS:
        b, a = random_matrix(rng, depth, columns), random_matrix(rng, 500, depth)
        expected = random_matrix(rng, 500, columns)
        _core_testing.linalg.PackedProduct(b, isa=isa, precision=precision).multiply(expected, a)
        for threads in (1, 2, 3):
            product = _core_testing.linalg.PackedProduct(b, isa=isa, precision=precision, threads=threads)
            for rows in ROWS[1:]:
                c = random_matrix(rng, rows, columns)
                first = (500 - rows) // 2
                product.multiply(c, a[first : first + rows])
                assert np.array_equal(c, expected[first : first + rows])


def test_row_stride_does_not_change_the_result(isa: str) -> None:
    rng = np.random.default_rng(5)  # rows with a stride of 8192 floats or more are packed first
    a, b = random_matrix(rng, 9, 300), random_matrix(rng, 300, 160)
    near, far = random_matrix(rng, 9, 160), random_matrix(rng, 9, 160)
    apart = random_matrix(rng, 9, 300, spare=8000)
    apart[:] = a
    product = _core_testing.linalg.PackedProduct(b, isa=isa)
    product.multiply(near, a)
    product.multiply(far, apart)
    assert np.array_equal(near, far)


def test_products_of_depth_zero_are_zero(isa: str, precision: str) -> None:
    c = np.ones((3, 5), dtype=np.float32)
    product = _core_testing.linalg.PackedProduct(np.zeros((0, 5), np.float32), isa=isa, precision=precision)
    product.multiply(c, np.zeros((3, 0), np.float32), accumulate=True)
    assert (c == 1).all()
    product.multiply(c, np.zeros((3, 0), np.float32))
    assert (c == 0).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("transpose_a", "transpose_b"), list(itertools.product((False, True), repeat=2)))
def test_products_of_unpacked_matrices(
    isa: str, precision: str, threads: int, transpose_a: bool, transpose_b: bool
) -> None:
    rng = np.random.default_rng(3)
    for (depth, columns), rows in itertools.product(DEPTHS_AND_COLUMNS, (1, 7, 50)):
        a = random_matrix(rng, depth, rows) if transpose_a else random_matrix(rng, rows, depth)
        b = random_matrix(rng, columns, depth) if transpose_b else random_matrix(rng, depth, columns)
        for accumulate in (False, True):
            c = random_matrix(rng, rows, columns)
            start = c.copy() if accumulate else 0.0
            _core_testing.linalg.gemm(
                c, a, b, transpose_a=transpose_a, transpose_b=transpose_b, accumulate=accumulate, isa=isa,
                precision=precision, threads=threads,
            )  # fmt: skip
            assert_product(c, a.T if transpose_a else a, b.T if transpose_b else b, start, precision)


def test_unpacked_products_larger_than_a_block(isa: str, precision: str) -> None:
    rng = np.random.default_rng(4)
    a, b = (
        random_matrix(rng, 1300, 200),
        random_matrix(rng, 1300, 1300),
    )  # more than one block of rows, columns and depth
    results = [random_matrix(rng, 200, 1300) for _ in range(3)]
    for threads, c in enumerate(results, start=1):
        _core_testing.linalg.gemm(c, a, b, transpose_a=True, isa=isa, precision=precision, threads=threads)
    assert_product(results[0], np.ascontiguousarray(a.T), b, 0.0, precision)
    assert all(np.array_equal(results[0], c) for c in results[1:])


def test_bfloat16_rounds_to_nearest_even_and_keeps_nan(isa: str) -> None:
    halves = np.arange(1 << 16, dtype=np.uint32) << 16
    between = halves[:, np.newaxis] + np.array([0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF], dtype=np.uint32)
    values = between.reshape(-1, 1).view(np.float32)
    values = values[np.isfinite(values[:, 0]) & (np.abs(values[:, 0]) > 1e-37) & (np.abs(values[:, 0]) < 3e38)]
    one = np.ones((1, 1), dtype=np.float32)
    left, right = np.empty_like(values), np.empty((1, len(values)), dtype=np.float32)
    _core_testing.linalg.PackedProduct(one, isa=isa, precision="bfloat16").multiply(left, np.ascontiguousarray(values))
    row = np.ascontiguousarray(values.T)
    _core_testing.linalg.PackedProduct(row, isa=isa, precision="bfloat16").multiply(right, one)
    assert np.array_equal(left[:, 0], bfloat16.rounded(values)[:, 0])
    assert np.array_equal(right[0], left[:, 0])
    c = np.zeros((1, 1), dtype=np.float32)
    for operands in ((np.full((1, 1), np.nan, np.float32), one), (one, np.full((1, 1), np.nan, np.float32))):
        _core_testing.linalg.PackedProduct(operands[0], isa=isa, precision="bfloat16").multiply(c, operands[1])
        assert np.isnan(c[0, 0])


def test_bfloat16_takes_half_of_the_memory() -> None:
    b = np.zeros((64, 96), dtype=np.float32)
    sizes = {
        p: _core_testing.linalg.PackedProduct(b, isa="baseline", precision=p).bytes for p in ("float32", "bfloat16")
    }
    assert sizes["float32"] == 4 * 64 * 96 and sizes["bfloat16"] == 2 * 64 * 96


def test_mismatched_shapes_are_rejected() -> None:
    product = _core_testing.linalg.PackedProduct(np.zeros((4, 5), np.float32), isa="baseline")
    with pytest.raises(ValueError, match=r"a must have the shape \(3, 4\), got \(3, 6\)"):
        product.multiply(np.zeros((3, 5), np.float32), np.zeros((3, 6), np.float32))
    with pytest.raises(ValueError, match="precision must be float32 or bfloat16 or int8, got half"):
        _core_testing.linalg.PackedProduct(np.zeros((4, 5), np.float32), isa="baseline", precision="half")
