"""Exact nearest rows compared with their definition, including ties; results do not depend on threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from reference import nearest as reference
from wordkin import _core
from wordkin.runtime import compute

FLOAT = np.float32


def nearest(
    queries: NDArray[Any], vectors: NDArray[Any], divisors: NDArray[Any], count: int, isa: str = "", threads: int = 1
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    indices = np.full((len(queries), count), -1, dtype=np.int32)
    scores = np.full((len(queries), count), np.nan, dtype=FLOAT)
    bits = vectors.view(np.uint16) if vectors.dtype == np.float16 else vectors
    _core.search.nearest(indices, scores, queries, bits, divisors, isa=isa or compute.choose_isa(), threads=threads)
    return indices, scores


def random_integers(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.float32]:
    """Return small integers: sums are exact in float32, and there are many ties."""
    return rng.integers(-3, 4, size=(rows, columns)).astype(FLOAT)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 70),
    columns=st.integers(1, 40),
    queries=st.integers(1, 13),
    count=st.integers(1, 80),
    seed=st.integers(0, 2**31),
    half=st.booleans(),
    isa=st.sampled_from(compute.available_isas()),
)
def test_neighbours_match_the_definition(
    rows: int, columns: int, queries: int, count: int, seed: int, half: bool, isa: str
) -> None:
    rng = np.random.default_rng(seed)
    vectors, query_rows = random_integers(rng, rows, columns), random_integers(rng, queries, columns)
    divisors = 2.0 ** rng.integers(0, 3, size=rows).astype(FLOAT)
    expected_scores = reference.cosines(vectors, divisors, query_rows)
    expected = reference.order(expected_scores, min(count, rows))
    indices, scores = nearest(
        query_rows, vectors.astype(np.float16) if half else vectors, divisors, min(count, rows), isa
    )
    assert np.array_equal(indices, expected)  # ties too: the lower row first
    assert np.array_equal(scores, np.take_along_axis(expected_scores, expected, axis=1))


@pytest.mark.parametrize("half", [False, True])
def test_threads_and_other_queries_do_not_change_the_result(half: bool) -> None:
    rng = np.random.default_rng(5)
    vectors = rng.standard_normal((3000, 50)).astype(np.float16 if half else FLOAT)
    vectors[1500:1600] = vectors[100:200]  # ties across threads
    divisors = np.linalg.norm(vectors.astype(FLOAT), axis=1)
    queries = rng.standard_normal((700, 50)).astype(FLOAT)
    queries[:50] = vectors[100:150]
    indices, scores = nearest(queries, vectors, divisors, 12)
    for threads in (2, 3, 7):
        again = nearest(queries, vectors, divisors, 12, threads=threads)
        assert np.array_equal(indices, again[0]) and np.array_equal(scores, again[1])
    for some in (slice(0, 1), slice(3, 8), slice(650, 700)):
        again = nearest(queries[some], vectors, divisors, 12, threads=2)
        assert np.array_equal(indices[some], again[0]) and np.array_equal(scores[some], again[1])
    assert (indices[:50, 0] == np.arange(100, 150)).all() and (indices[:50, 1] == np.arange(1500, 1550)).all()


def unusual_rows(kind: str, rng: np.random.Generator, columns: int) -> NDArray[np.float32]:
    """Return rows that are difficult to quantise to one byte."""
    rows = rng.standard_normal((2500, columns)).astype(FLOAT)
    if kind == "one large column":
        rows[:, columns // 2] *= 300
    elif kind == "few large entries":
        rows[np.arange(len(rows)), rng.integers(0, columns, len(rows))] *= 1000
    elif kind == "norms of all magnitudes":
        rows *= (10.0 ** rng.uniform(-25, 18, (len(rows), 1))).astype(FLOAT)
    elif kind == "NaN and infinity":
        rows[::5, columns // 3] = np.nan
        rows[1::5, columns // 4] = np.inf
    elif kind == "zeros and ties":
        rows[::3] = 0
        rows[1::3] = rows[1]
    elif kind == "almost equal rows":
        rows = (1 + 1e-6 * rows).astype(FLOAT)
    return rows


@pytest.mark.parametrize("columns", [1, 30, 301])
@pytest.mark.parametrize(
    "kind",
    [
        "usual",
        "one large column",
        "few large entries",
        "norms of all magnitudes",
        "NaN and infinity",
        "zeros and ties",
        "almost equal rows",
    ],
)
def test_many_queries_equal_single_queries(kind: str, columns: int, isa: str) -> None:
    """Large numbers of queries are first searched in int8 if the machine has int8 products."""
    rng = np.random.default_rng(8)
    vectors = unusual_rows(kind, rng, columns)
    with np.errstate(over="ignore", invalid="ignore"):
        divisors = np.linalg.norm(vectors, axis=1)
    divisors[divisors == 0] = 1
    queries = rng.standard_normal((50, columns)).astype(FLOAT)
    queries[:20] = np.nan_to_num(vectors[100:120], posinf=1.0)
    queries /= np.maximum(np.linalg.norm(queries.astype(np.float64), axis=1), 1e-30)[:, np.newaxis].astype(FLOAT)
    queries[20], queries[21], queries[22, :1], queries[23] = 0, 1e-9, np.nan, 1e6
    for count in (1, 10):
        indices, scores = nearest(queries, vectors, divisors, count, isa)
        for row, query in enumerate(queries):
            alone = nearest(query[np.newaxis], vectors, divisors, count, isa)
            assert np.array_equal(indices[row], alone[0][0]) and np.array_equal(scores[row], alone[1][0])


def test_fewer_neighbours_are_a_prefix_of_more_neighbours(isa: str) -> None:
    rng = np.random.default_rng(6)
    vectors, queries = rng.standard_normal((500, 20)).astype(FLOAT), rng.standard_normal((5, 20)).astype(FLOAT)
    ones = np.ones(500, FLOAT)
    all_indices, all_scores = nearest(queries, vectors, ones, 500, isa)
    for count in (0, 1, 2, 10, 499):
        indices, scores = nearest(queries, vectors, ones, count, isa)
        assert np.array_equal(indices, all_indices[:, :count]) and np.array_equal(scores, all_scores[:, :count])


def test_nan_scores_rank_last(isa: str) -> None:
    vectors = np.array([[1, 0], [np.nan, 1], [-1, 0], [np.nan, 0], [0, 1]], dtype=FLOAT)
    indices, scores = nearest(np.array([[1, 0]], FLOAT), vectors, np.ones(5, FLOAT), 5, isa)
    assert indices[0].tolist() == [0, 4, 2, 1, 3]
    assert scores[0].tolist() == [1, 0, -1, -np.inf, -np.inf]
    indices, _ = nearest(np.full((6, 2), np.nan, FLOAT), vectors, np.ones(5, FLOAT), 3, isa)
    assert (indices == [0, 1, 2]).all()


def test_strided_and_read_only_vectors() -> None:
    rng = np.random.default_rng(8)
    whole = rng.standard_normal((64, 48)).astype(FLOAT)
    whole.setflags(write=False)
    queries = rng.standard_normal((3, 10)).astype(FLOAT)
    ones = np.ones(32, FLOAT)
    dense = nearest(queries, np.ascontiguousarray(whole[::2, 16:26]), ones, 4)
    apart = nearest(queries, whole[::2, 16:26], ones, 4)
    assert np.array_equal(dense[0], apart[0]) and np.array_equal(dense[1], apart[1])


def test_empty_vectors_and_queries() -> None:
    empty = np.empty((0, 4), FLOAT)
    assert nearest(np.ones((2, 4), FLOAT), empty, np.ones(0, FLOAT), 0)[0].shape == (2, 0)
    assert nearest(empty, np.ones((2, 4), FLOAT), np.ones(2, FLOAT), 1)[0].shape == (0, 1)


def test_more_neighbours_than_rows_are_rejected() -> None:
    with pytest.raises(ValueError, match="at most rows"):
        nearest(np.ones((1, 4), FLOAT), np.ones((3, 4), FLOAT), np.ones(3, FLOAT), 4)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"queries": np.ones((1, 4))}, "queries"),
        ({"queries": np.ones((1, 5), FLOAT)}, "queries"),
        ({"vectors": np.ones((3, 8), FLOAT)[:, ::2]}, "vectors"),
        ({"vectors": np.ones((3, 4), FLOAT)[::-1]}, "vectors"),
        ({"vectors": np.ones(4, FLOAT)}, "vectors"),
        ({"vectors": "text"}, "vectors"),
        ({"divisors": np.ones(2, FLOAT)}, "divisors"),
        ({"isa": "mmx"}, "isa"),
        ({"threads": 0}, "threads"),
        ({"indices": np.zeros((1, 2), np.int64)}, "indices"),
        ({"cosines": np.zeros((2, 2), FLOAT)}, "cosines"),
    ],
)
def test_invalid_arguments_are_rejected(change: dict[str, Any], named: str) -> None:
    arguments: dict[str, Any] = {
        "indices": np.zeros((1, 2), np.int32),
        "cosines": np.zeros((1, 2), FLOAT),
        "queries": np.ones((1, 4), FLOAT),
        "vectors": np.ones((3, 4), FLOAT),
        "divisors": np.ones(3, FLOAT),
        "isa": "baseline",
        "threads": 1,
    }
    with pytest.raises((TypeError, ValueError), match=named):
        _core.search.nearest(**(arguments | change))


KINDS = [
    "usual",
    "one large column",
    "few large entries",
    "norms of all magnitudes",
    "NaN and infinity",
    "zeros and ties",
    "almost equal rows",
]
Rounded = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], int]


def rounded_rows(vectors: NDArray[Any], divisors: NDArray[Any], isa: str, threads: int = 1) -> Rounded:
    elements, per_unit, panels = _core.search.rounded_sizes(*vectors.shape)
    rounded = np.zeros(elements, np.uint8), np.zeros(per_unit, FLOAT), np.zeros((panels, 2), FLOAT)
    bits = vectors.view(np.uint16) if vectors.dtype == np.float16 else vectors
    _core.search.round_rows(*rounded, bits, divisors, isa=isa, threads=threads)
    return (*rounded, 0)


def rows_of_kind(kind: str, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    vectors = unusual_rows(kind, np.random.default_rng(8), columns)
    with np.errstate(over="ignore", invalid="ignore"):
        divisors = np.linalg.norm(vectors, axis=1)
    divisors[divisors == 0] = 1
    return vectors, divisors


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("half", [False, True])
def test_rows_rounded_before_give_the_same_neighbours(kind: str, half: bool, isa: str) -> None:
    vectors, divisors = rows_of_kind(kind, 37)
    if half:
        with np.errstate(over="ignore"):
            vectors = vectors.astype(np.float16)  # type: ignore[assignment]
    rounded = rounded_rows(vectors, divisors, isa, threads=2)
    rng = np.random.default_rng(9)
    queries = rng.standard_normal((9, 37)).astype(FLOAT)
    queries[:4] = np.nan_to_num(vectors[100:104].astype(FLOAT), nan=0.5, posinf=1.0, neginf=1.0)
    queries /= np.maximum(np.linalg.norm(queries.astype(np.float64), axis=1), 1e-30)[:, np.newaxis].astype(FLOAT)
    queries[7], queries[8, 0] = 0, np.nan
    bits = vectors.view(np.uint16) if half else vectors
    for first in (0, 7, 16, 450):  # rows of a slice, which need not begin with a panel
        part = slice(first, None)
        for count, some in ((1, 1), (10, 9), (30, 2)):
            expected = nearest(queries[:some], vectors[part], divisors[part], count, isa)
            found = np.empty((some, count), np.int32), np.empty((some, count), FLOAT)
            _core.search.nearest(
                *found, queries[:some], bits[part], divisors[part], isa=isa, threads=1, rounded=(*rounded[:3], first)
            )
            assert np.array_equal(found[0], expected[0]) and np.array_equal(found[1], expected[1])


@pytest.mark.parametrize(("ends", "threads"), [((3, 320, 500), 2), ((500,), 1), ((500,), 3)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mutual_search_equals_two_searches(kind: str, ends: tuple[int, ...], threads: int, isa: str) -> None:
    vectors, divisors = rows_of_kind(kind, 24)
    vectors, divisors = vectors[:2200], divisors[:2200]
    queries = np.random.default_rng(2).standard_normal((500, 24)).astype(FLOAT)
    queries[10:13] = queries[20]
    expected = nearest(queries, vectors, divisors, 7, isa)
    scores = np.empty((500, 2200), FLOAT)
    _core.search.cosines(scores, queries, vectors, divisors, isa=isa, threads=1)
    order = reference.order(scores.T, 4)
    best = np.take_along_axis(scores.T, order, axis=1)
    for rounded in (None, rounded_rows(vectors, divisors, isa)):
        found = np.empty((500, 7), np.int32), np.empty((500, 7), FLOAT)
        of_rows = np.full((2200, 4), -1, np.int32), np.full((2200, 4), -np.inf, FLOAT)
        for part in map(slice, (0, *ends), ends):
            _core.search.mutual(
                found[0][part],
                found[1][part],
                *of_rows,
                queries[part],
                vectors,
                divisors,
                part.start,
                isa=isa,
                threads=threads,
                rounded=rounded,
            )
        assert np.array_equal(found[0], expected[0]) and np.array_equal(found[1], expected[1])
        assert np.array_equal(of_rows[0], order)
        assert np.array_equal(of_rows[1], np.where(np.isnan(best), -np.inf, best))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rounded": (np.zeros(3, np.uint8), np.zeros(16, FLOAT), np.zeros((1, 2), FLOAT), 0)}, "rounded_sizes"),
        ({"rounded": (np.zeros(64, np.uint8), np.zeros(16, FLOAT), np.zeros((1, 2), FLOAT), 14)}, "each row"),
        ({"rounded": (np.zeros(64, np.uint8), np.zeros(16, FLOAT), np.zeros((1, 2), FLOAT), -1)}, "each row"),
        ({"rounded": (np.zeros(64, np.uint8), np.zeros(16, FLOAT), np.zeros((1, 3), FLOAT), 0)}, "two columns"),
        ({"rounded": (np.zeros(64, np.uint8),)}, "rounded must be"),
    ],
)
def test_invalid_rounded_rows_are_rejected(change: dict[str, Any], message: str) -> None:
    found = np.zeros((1, 2), np.int32), np.zeros((1, 2), FLOAT)
    with pytest.raises(ValueError, match=message):
        _core.search.nearest(
            *found,
            np.ones((1, 4), FLOAT),
            np.ones((3, 4), FLOAT),
            np.ones(3, FLOAT),
            isa="baseline",
            threads=1,
            **change,
        )
