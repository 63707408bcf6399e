"""Arguments and results of nearest-neighbour queries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors


def test_query_items_in_every_form(kv: KeyedVectors) -> None:
    for form in ("apple", ["apple"], ("apple",), [("apple", 1.0)], ("apple", 1.0), 0, [0], np.array(["apple"])):
        assert kv.most_similar(form, topn=1)[0][0] == "pear"


@pytest.mark.parametrize("topn", [2.0, "3", [1]])
def test_topn_must_be_an_integer(kv: KeyedVectors, topn: Any) -> None:
    for ask in (kv.most_similar, kv.most_similar_cosmul, kv.most_similar_batch):
        with pytest.raises(TypeError, match="topn"):
            ask("apple", topn=topn)


def test_topn_beyond_the_number_of_keys_returns_all(kv: KeyedVectors) -> None:
    assert len(kv.most_similar("apple", topn=2**40)) == 5
    assert len(kv.most_similar_cosmul("apple", topn=2**40)) == 5
    indices, _ = kv.most_similar_batch(["apple", "car"], topn=2**40)
    assert indices.shape == (2, 5)


@pytest.mark.parametrize("bad", [["apple", 1.5], [None], [["apple", 1, 2]], [{"apple": 1}]])
def test_invalid_query_items_are_rejected(kv: KeyedVectors, bad: Any) -> None:
    with pytest.raises(TypeError, match="positive"):
        kv.most_similar(bad)


@pytest.mark.parametrize(
    "vector",
    [np.ones(3), np.array(["a"] * 4), np.array([None] * 4), np.ma.masked_equal([1, 2, 3, 4], 3), np.ones(())],
)
def test_invalid_vectors_are_rejected(kv: KeyedVectors, vector: Any) -> None:
    for ask in (kv.similar_by_vector, kv.distances, lambda row: kv.add_vector("x", row)):
        with pytest.raises((TypeError, ValueError)):
            ask(vector)


def test_vectors_of_any_layout_are_accepted(kv: KeyedVectors) -> None:
    row = kv.vectors[1].astype(np.float64)
    expected = kv.similar_by_vector(row)
    unaligned = np.frombuffer(b"\0" + row.tobytes(), dtype=np.float64, offset=1)
    for form in (row.tolist(), row[::-1].copy()[::-1], np.repeat(row, 2)[::2], row.astype(">f8"), unaligned):
        assert kv.similar_by_vector(form) == expected


def test_cosmul_honours_restrict_vocab(kv: KeyedVectors) -> None:
    assert {key for key, _ in kv.most_similar_cosmul("apple", restrict_vocab=3)} == {"pear", "plum"}
    assert kv.most_similar_cosmul("apple", topn=None, restrict_vocab=3).shape == (3,)


def test_clip_start_may_be_negative(kv: KeyedVectors) -> None:
    assert {key for key, _ in kv.most_similar("apple", clip_start=-2)} == {"bus", "train"}
    assert kv.most_similar("apple", clip_start=4, clip_end=2) == []
    assert kv.most_similar("apple", clip_start=50) == []


def test_batches_of_mixed_queries(kv: KeyedVectors) -> None:
    mixed = kv.most_similar_batch(["apple", kv["car"]], topn=6)[0]
    assert mixed.shape == (2, 5) and mixed[0, 0] == 1 and mixed[1, 0] == 3
    assert kv.most_similar_batch("apple", 2)[0].tolist() == [[1, 2]]
    assert kv.most_similar_batch(kv["apple"], 2)[0].tolist() == [[0, 1]]
    assert kv.most_similar_batch([0, 3], 1)[0].tolist() == [[1], [4]]
    assert kv.most_similar_batch([], 3)[0].shape == (0, 3)
    assert kv.most_similar_batch(["apple"], 0)[0].shape == (1, 0)
    with pytest.raises(KeyError, match="did you mean 'pear'"):
        kv.most_similar_batch(["apple", "pears"])
    with pytest.raises(ValueError, match="rows of 4 numbers"):
        kv.most_similar_batch(np.ones((2, 5)))


def test_indexer_replaces_exact_search(kv: KeyedVectors) -> None:
    class Indexer:
        def most_similar(self, vector: Any, count: int) -> list[tuple[str, float]]:
            assert vector.shape == (4,) and abs(np.linalg.norm(vector) - 1) < 1e-6
            return [("anything", 0.5)] * count

    assert kv.most_similar("apple", topn=2, indexer=Indexer()) == [("anything", 0.5)] * 2


def test_n_similarity_of_an_empty_set_raises(kv: KeyedVectors) -> None:
    for error in (ZeroDivisionError, ValueError):
        with pytest.raises(error):
            kv.n_similarity([], ["apple"])


def test_queries_of_an_empty_table() -> None:
    kv = KeyedVectors(3)
    assert kv.similar_by_vector([1, 2, 3]) == []
    assert kv.most_similar_batch(np.ones((2, 3)))[0].shape == (2, 0)
    assert kv.distances(np.ones(3)).shape == (0,)
    with pytest.raises(KeyError):
        kv.most_similar("a")
