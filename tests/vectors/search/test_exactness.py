"""Cosines of the same vectors are the same float, whichever method computes them."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest

from wordkin import KeyedVectors

DTYPES = [np.float16, np.float32, np.float64]


@pytest.fixture(params=DTYPES, ids=lambda dtype: dtype.__name__)
def vectors(request: pytest.FixtureRequest, random_vectors: Callable[..., KeyedVectors]) -> KeyedVectors:
    return random_vectors(400, 37, request.param)


def test_query_by_key_equals_query_by_unit_vector(vectors: KeyedVectors) -> None:
    for word in vectors.index_to_key[:50]:
        unit = vectors.get_vector(word, norm=True)
        by_vector = [found for found in vectors.most_similar([unit], topn=11) if found[0] != word]
        assert vectors.most_similar(word) == by_vector
        assert vectors.most_similar(word) == [
            found for found in vectors.similar_by_vector(unit, topn=11) if found[0] != word
        ]


def test_topn_none_returns_the_same_cosines(vectors: KeyedVectors) -> None:
    cosines = vectors.most_similar("w3", topn=None)
    for word, cosine in vectors.most_similar("w3", topn=1000):
        assert cosines[vectors.get_index(word)] == cosine


def test_distance_of_a_key_to_itself_is_zero(vectors: KeyedVectors) -> None:
    for word in vectors.index_to_key:
        assert vectors.distance(word, word) == 0
        assert vectors.similarity(word, word) == 1
        assert vectors.rank(word, word) == 1
    assert vectors.distances("w5")[5] == 0
    assert vectors.distances("w5", ["w6", "w5"])[1] == 0


def test_n_similarity_of_single_keys_equals_similarity(vectors: KeyedVectors) -> None:
    for a, b in zip(vectors.index_to_key, reversed(vectors.index_to_key), strict=True):
        assert vectors.n_similarity([a], [b]) == vectors.similarity(a, b) == vectors.similarity(b, a)


def test_batch_equals_single_queries(vectors: KeyedVectors) -> None:
    words = ["w7", "w3", "w399", "w3"]
    indices, cosines = vectors.most_similar_batch(words, topn=6)
    assert indices.shape == cosines.shape == (4, 6)
    assert indices.dtype == np.int32
    assert cosines.dtype == (np.float64 if vectors.vectors.dtype == np.float64 else np.float32)
    for word, row, line in zip(words, indices, cosines, strict=True):
        assert [(vectors.index_to_key[i], float(c)) for i, c in zip(row, line, strict=True)] == vectors.most_similar(
            word, topn=6
        )
    matrix = vectors.get_normed_vectors()[:9]
    indices, cosines = vectors.most_similar_batch(matrix, topn=5)
    assert indices[:, 0].tolist() == list(range(9))
    for vector, row, line in zip(matrix, indices, cosines, strict=True):
        found = vectors.most_similar([vector], topn=5)
        assert [vectors.index_to_key[i] for i in row] == [key for key, _ in found]
        assert line.tolist() == [cosine for _, cosine in found]


def test_zero_vectors_have_cosine_zero(vectors: KeyedVectors) -> None:
    vectors.vectors[3] = 0
    vectors.norms = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert vectors.similarity("w3", "w4") == vectors.similarity("w3", "w3") == 0
        assert vectors.n_similarity(["w3"], ["w4", "w5"]) == 0
        assert vectors.distances("w3").tolist() == [1.0] * 400
        assert not vectors.most_similar("w3", topn=None).any()
        assert vectors.most_similar("w3", topn=2) == [("w0", 0.0), ("w1", 0.0)]
        assert vectors.most_similar("w4", topn=None)[3] == 0
        assert np.isfinite(vectors.most_similar_cosmul(["w3", "w4"], ["w5"], topn=None)).all()
        assert not vectors.get_vector("w3", norm=True).any()
        assert not vectors.get_normed_vectors()[3].any()
        assert np.isfinite(vectors.get_mean_vector(["w3"], post_normalize=True)).all()
        assert vectors.most_similar(["w4"], ["w4"], topn=1) == [("w0", 0.0)]
        assert vectors.cosine_similarities(np.zeros(37), vectors.vectors[:2]).tolist() == [0, 0]
        assert vectors.cosine_similarities(np.ones(37), np.zeros((2, 37))).tolist() == [0, 0]
        vectors.unit_normalize_all()
        assert vectors.similarity("w3", "w4") == 0 and vectors.norms is not None and vectors.norms[3] == 0
        assert vectors.similarity("w4", "w4") == 1


def test_any_memory_layout_is_accepted() -> None:
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((50, 12)).astype(np.float32)
    words = [f"w{i}" for i in range(50)]
    expected = KeyedVectors.from_vocabulary(words, rows).most_similar("w9")
    backwards = np.ascontiguousarray(rows[::-1])[::-1]
    for layout in (np.asfortranarray(rows), backwards, np.repeat(rows, 2, axis=1)[:, ::2]):
        found = KeyedVectors.from_vocabulary(words, layout).most_similar("w9")
        assert [key for key, _ in found] == [key for key, _ in expected]
        # The order of the 12 additions depends on the layout; each result is within 6 eps of the exact one.
        atol = 12 * float(np.finfo(np.float32).eps)
        np.testing.assert_allclose([c for _, c in found], [c for _, c in expected], rtol=0, atol=atol)
