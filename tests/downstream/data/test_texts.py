"""Texts as tokens and numbers, which batches they make, and which rows words have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin import KeyedVectors
from wordkin.downstream.data.batching import sorted_batches, training_batches
from wordkin.downstream.data.texts import IndexedTexts, checked_tokenizer, limit_lengths, token_lists, tokenize_texts
from wordkin.downstream.data.word_rows import frequent_words, lookup_rows, lookup_vectors
from wordkin.errors import CorpusError


def test_texts_and_token_lists() -> None:
    assert tokenize_texts(["It's", ("a", "b"), ""], checked_tokenizer("words")) == [["It", "'", "s"], ["a", "b"], []]
    assert tokenize_texts(np.array(["one", "two three"], object), checked_tokenizer("whitespace")) == [
        ["one"],
        ["two", "three"],
    ]
    assert tokenize_texts(["ab"], checked_tokenizer(list)) == [["a", "b"]]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("one text", "X must be a list of texts, got str"),
        (None, "got NoneType"),
        ([None], r"X\[0\] must be a text or a list of tokens, got NoneType"),
        (["a", float("nan")], r"X\[1\] .*got float"),
        ([["a", 3]], r"X\[0\] must have tokens of type str, got int at index 1"),
        (np.zeros((2, 3)), r"X\[0\] must have tokens of type str"),
        (np.zeros((2, 3, 1)), r"X\[0\] must be a text"),
    ],
)
def test_no_texts(X: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        tokenize_texts(X, str.split)


def test_tags_need_tokens() -> None:
    with pytest.raises(TypeError, match=r"X\[0\] must be a list of tokens, got str"):
        token_lists(["a text"])


def test_long_texts_are_refused_or_cut() -> None:
    with pytest.raises(CorpusError, match=r"X\[1\] must have at most max_length=2 tokens, got 3"):
        limit_lengths([["a"], ["a", "b", "c"]], 2, truncate=False)
    assert limit_lengths([["a", "b", "c"]], 2, truncate=True) == [["a", "b"]]


def test_tokenizers() -> None:
    with pytest.raises(ValueError, match="'words', 'whitespace' or callable, got 'moses'"):
        checked_tokenizer("moses")
    with pytest.raises(TypeError, match="got int"):
        checked_tokenizer(3)


def test_places_of_tokens() -> None:
    texts = IndexedTexts.from_sentences([["a", "b"], [], ["c", "a", "d"]])
    assert texts.words == ["a", "b", "c", "d"]
    assert texts.counts.tolist() == [2, 1, 1, 1]
    assert texts.positions(np.array([2, 1, 0])).tolist() == [2, 3, 4, 0, 1]
    assert texts.positions(np.array([], np.intp)).tolist() == []
    assert texts.lengths.tolist() == [2, 0, 3]


def test_batches_hold_each_text_once_and_depend_on_the_seed() -> None:
    lengths = np.random.default_rng(1).integers(0, 30, 101).astype(np.int32)
    numbers = np.arange(1, 101)
    batches = training_batches(numbers, lengths, 8, seed=3, epoch=0)
    assert sorted(np.concatenate(batches).tolist()) == numbers.tolist()
    again = training_batches(numbers, lengths, 8, seed=3, epoch=0)
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))
    assert not np.array_equal(batches[0], training_batches(numbers, lengths, 8, seed=3, epoch=1)[0])
    ordered = np.concatenate(list(sorted_batches(numbers, lengths, 7)))
    assert (np.diff(lengths[ordered]) <= 0).all()


def test_rows_of_frozen_tables() -> None:
    kv = KeyedVectors(2, dtype=np.float16)
    kv.add_vectors(["the", "End"], [[1, 2], [3, 4]])
    table, rows = lookup_vectors(kv, ["End", "The", "end", "the"], lowercase=False)
    assert rows.tolist() == [0, 1, -1, 1]
    assert (table.dtype, table.tolist()) == (np.float32, [[3, 4], [1, 2]])
    table, rows = lookup_vectors(kv, ["x"], lowercase=True)
    assert (table.shape, rows.tolist()) == ((1, 2), [-1])


def test_rows_of_learned_tables() -> None:
    words = frequent_words(["b", "a", "A", "c"], np.array([2, 2, 1, 1]), min_count=2, lowercase=False)
    assert words == ["a", "b"]
    assert frequent_words(["a", "A"], np.array([1, 1]), min_count=2, lowercase=True) == ["a"]
    assert lookup_rows(["B", "x"], {"b": 1}, lowercase=False).tolist() == [1, 0]
