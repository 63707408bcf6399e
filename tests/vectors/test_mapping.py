"""`KeyedVectors` as a mapping of keys to vectors, and results and arguments of plain Python types."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.vectors import FastTextKeyedVectors


@pytest.fixture
def kv() -> KeyedVectors:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b", 7], [[1, 0], [1, 1], [0, 2]])
    return vectors


def test_iteration_gives_the_keys(kv: KeyedVectors) -> None:
    assert list(kv) == list(kv.keys()) == ["a", "b", 7]
    assert [key in kv for key in kv] == [True, True, True]


def test_items_and_dict(kv: KeyedVectors) -> None:
    assert {key: vector.tolist() for key, vector in kv.items()} == {"a": [1, 0], "b": [1, 1], 7: [0, 2]}
    assert {key: vector.tolist() for key, vector in dict(kv).items()} == {"a": [1, 0], "b": [1, 1], 7: [0, 2]}


def test_preallocated_rows_have_no_keys() -> None:
    kv = KeyedVectors(2, count=3)
    kv.add_vector("a", [1, 2])
    assert list(kv) == list(kv.keys()) == ["a"]
    assert len(list(kv.items())) == 1


@pytest.mark.parametrize("rows", [slice(None), slice(2), slice(1, None), slice(None, None, -1), slice(5, 9), slice(0)])
def test_slices_give_rows(kv: KeyedVectors, rows: slice) -> None:
    found = kv[rows]
    np.testing.assert_array_equal(found, kv.vectors[rows])
    assert not found.flags.writeable
    assert kv.vectors.flags.writeable


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_no_keys_give_no_rows(dtype: type) -> None:
    kv = KeyedVectors(3, dtype=dtype)
    for none in ([], (), np.array([], dtype=int), iter([])):
        assert kv[none].shape == (0, 3)
        assert kv[none].dtype == dtype


def test_similarities_are_python_floats(kv: KeyedVectors) -> None:
    results = [
        kv.similarity("a", "b"),
        kv.distance("a", "b"),
        kv.n_similarity(["a"], ["b"]),
        kv.relative_cosine_similarity("a", "b", 1),
        kv.most_similar("a")[0][1],
        kv.most_similar_cosmul("a")[0][1],
        kv.rank_by_centrality(["a", "b"])[0][0],
    ]
    assert {type(result) for result in results} == {float}
    assert json.loads(json.dumps(results)) == results
    assert kv.similarity("a", "b") == float(np.float32(np.sqrt(0.5)))  # rounded as gensim's
    assert kv.distance("a", "b") == float(np.float32(1) - np.float32(np.sqrt(0.5)))


LISTS: dict[str, Callable[[Any], Any]] = {
    "ws1": lambda kv: kv.n_similarity("ab", ["a"]),
    "ws2": lambda kv: kv.n_similarity(["a"], "ab"),
    "words": lambda kv: kv.doesnt_match("ab"),
    "document1": lambda kv: kv.wmdistance("ab", ["a"]),
    "document2": lambda kv: kv.wmdistance(["a"], "ab"),
    "other_words": lambda kv: kv.distances("a", "ab"),
    "keys_list": lambda kv: kv.most_similar_to_given("a", "ab"),
    "keys": lambda kv: kv.vectors_for_all("ab"),
    "sentence": lambda kv: kv.get_sentence_vector("ab"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_text_instead_of_a_list_of_keys_is_an_error(name: str) -> None:
    kv = FastTextKeyedVectors(2)
    kv.add_vectors(["a", "b"], np.eye(2))
    with pytest.raises(TypeError, match=f"^{name} must be a list of keys, got the single string 'ab'"):
        LISTS[name](kv)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_queries_that_are_not_finite_are_errors(kv: KeyedVectors, value: float) -> None:
    query = np.array([value, 0], np.float32)
    with pytest.raises(ValueError, match="must be finite"):
        kv.most_similar([("a", value)])
    for search in (
        kv.most_similar,
        kv.similar_by_vector,
        kv.most_similar_cosmul,
        lambda row: kv.most_similar_batch([row]),
    ):
        with pytest.raises(ValueError, match="must be finite, got NaN or infinite values"):
            search(query)


@pytest.mark.parametrize("word", ["café", "Việt", "한국", "ﬁne"])
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("known", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_same_letters_in_another_unicode_form_are_suggested(word: str, form: Any, known: Any) -> None:
    kv = KeyedVectors(1)
    key, other = unicodedata.normalize(known, word), unicodedata.normalize(form, word)
    kv.add_vectors(["x", key], [[1], [2]])
    if key == other:
        assert key in kv
    elif key in {unicodedata.normalize(name, other) for name in ("NFC", "NFD", "NFKC", "NFKD")}:
        with pytest.raises(KeyError, match="the same letters in another Unicode form"):
            kv.get_vector(other)


def test_other_case_in_another_unicode_form_is_suggested() -> None:
    kv = KeyedVectors(1)
    kv.add_vectors(["café"], [[1]])
    with pytest.raises(KeyError, match="did you mean 'café'"):
        kv.get_vector("Cafe\u0301")
