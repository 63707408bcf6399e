"""Rows that are not finite are the least similar to everything, in all queries, and cannot be queries themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.vectors.evaluation import AnalogySet, PairSet, evaluate_analogies, evaluate_pairs

BAD = [np.nan, np.inf, -np.inf]


@pytest.fixture(params=[np.float16, np.float32, np.float64])
def dtype(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=BAD, ids=str)
def kv(request: pytest.FixtureRequest, dtype: Any) -> KeyedVectors:
    rows = np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 1, 1], [1, 1, 1], [0, 0, 0]], dtype=dtype)
    rows[1, 2] = request.param
    return KeyedVectors.from_vocabulary(["a", "bad", "c", "d", "zero"], rows)


def test_neighbours(kv: KeyedVectors) -> None:
    for found in (kv.most_similar("a", topn=5), kv.most_similar_cosmul("a", topn=5)):
        assert [key for key, _ in found] == ["d", "c", "zero", "bad"] and found[-1][1] == -math.inf
    for scores in (kv.most_similar("a", topn=None), kv.most_similar_cosmul("a", topn=None)):
        assert scores[1] == -math.inf and np.isfinite(np.delete(scores, 1)).all()
    scores = kv.most_similar_cosmul(positive=["a", "c"], negative=["d"], topn=None)
    assert scores[1] == -math.inf and np.isfinite(np.delete(scores, 1)).all()
    indices, cosines = kv.most_similar_batch(["a", "c"], topn=4)
    assert indices[:, -1].tolist() == [1, 1] and cosines[:, -1].tolist() == [-math.inf] * 2


def test_similarities_and_distances(kv: KeyedVectors) -> None:
    assert kv.similarity("a", "bad") == kv.similarity("bad", "bad") == -math.inf
    assert kv.distance("a", "bad") == math.inf
    assert kv.n_similarity(["a", "bad"], ["c"]) == -math.inf
    assert np.isposinf(kv.distances("a")).tolist() == [False, True, False, False, False]
    assert kv.distances("a", ["bad", "c"])[0] == math.inf and np.isfinite(kv.distances("a", ["bad", "c"])[1])
    assert kv.cosine_similarities(kv["a"], kv.vectors)[1] == -math.inf
    assert "bad" not in kv.closer_than("a", "zero") and kv.rank("a", "bad") == 4


def test_rankings(kv: KeyedVectors) -> None:
    ranked = kv.rank_by_centrality(["a", "bad", "c", "d"])
    assert ranked[-1] == (-math.inf, "bad") and all(math.isfinite(score) for score, _ in ranked[:-1])
    assert kv.rank_by_centrality(["a", "c", "d"]) == ranked[:-1]
    assert kv.doesnt_match(["a", "bad", "c"]) == "bad"
    assert kv.rank_by_centrality(["bad"]) == [(-math.inf, "bad")]
    assert kv.most_similar_to_given("a", ["bad", "zero"]) == "zero"


@pytest.mark.parametrize(
    "query",
    [
        lambda kv, key: kv.most_similar(key),
        lambda kv, key: kv.most_similar(positive=["a"], negative=[key]),
        lambda kv, key: kv.most_similar_cosmul(key),
        lambda kv, key: kv.most_similar_batch([key]),
        lambda kv, key: kv.distances(key),
        lambda kv, key: kv.closer_than(key, "a"),
    ],
)
def test_queries_must_be_finite(kv: KeyedVectors, query: Callable[[KeyedVectors, str], Any]) -> None:
    with pytest.raises(ValueError, match="must be finite"):
        query(kv, "bad")


def test_unit_vectors(kv: KeyedVectors) -> None:
    assert np.isnan(kv.get_normed_vectors()[1]).all()
    kv.unit_normalize_all()
    assert kv.norms is not None and not np.isfinite(kv.norms[1]) and np.isfinite(np.delete(kv.norms, 1)).all()
    assert kv.most_similar("a", topn=5)[-1] == ("bad", -math.inf)


def test_evaluation(kv: KeyedVectors) -> None:
    pairs = PairSet(pairs=(("a", "c"), ("a", "bad"), ("a", "d")), ratings=(1.0, 5.0, 3.0), invalid_lines=0)
    scores = evaluate_pairs(kv, pairs)
    assert scores.answered.tolist() == [True, False, True] and scores.spearman == 1
    questions = AnalogySet(
        sections=("all",), questions=(("a", "c", "a", "d"), ("a", "bad", "c", "d")), section_of=(0, 0), invalid_lines=0
    )
    for method in ("3cosadd", "3cosmul"):
        assert evaluate_analogies(kv, questions, method=method).answered.tolist() == [True, False]


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_matrices_and_unaligned_arrays(dtype: Any) -> None:
    rows = np.random.default_rng(1).standard_normal((20, 4)).astype(dtype)
    memory = np.zeros(rows.nbytes + 1, dtype=np.uint8)
    unaligned = memory[1:].view(dtype).reshape(rows.shape)
    unaligned[:] = rows
    words = [f"w{row}" for row in range(20)]
    expected = KeyedVectors.from_vocabulary(words, rows).most_similar("w3")
    for unusual in (np.asmatrix(rows), unaligned, np.ma.masked_array(rows)):
        for kv in (KeyedVectors.from_vocabulary(words, unusual), KeyedVectors.from_vocabulary(words, rows.copy())):
            kv.vectors = unusual
            assert type(kv.vectors) is np.ndarray and kv.vectors.flags.aligned
            assert kv.most_similar("w3") == expected and kv["w3"].shape == (4,)
            kv.store.frozen()
            kv.add_vector("new", np.ones(4))
    with pytest.raises(TypeError, match="masked"):
        kv.vectors = np.ma.masked_array(rows, mask=rows > 0)
