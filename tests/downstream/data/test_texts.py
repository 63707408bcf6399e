"""Tokenization, length limits and word indices of texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin.downstream.data.texts import IndexedTexts, limit_lengths, tag_lists, token_lists, tokenize_texts
from wordkin.errors import CorpusError
from wordkin.text.tokenization import split_words


def test_strings_are_tokenized_and_token_lists_are_kept() -> None:
    assert tokenize_texts(["It's", ("a", "b"), ""], split_words) == [["It", "'", "s"], ["a", "b"], []]
    assert tokenize_texts(np.array(["one", "two three"], object), str.split) == [["one"], ["two", "three"]]
    assert tokenize_texts(["ab"], list) == [["a", "b"]]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("one text", "X must be a list of texts, got str"),
        (None, "got NoneType"),
        ([None], r"X\[0\] must be a text or a list of tokens, got NoneType"),
        (["a", float("nan")], r"X\[1\] .*got float"),
        ([["a", 3]], r"X\[0\] must consist of str, got int at position 1"),
        (
            np.zeros((2, 3)),
            r"X must be a list of texts, or one column, got ndarray of shape \(2, 3\); select one column",
        ),
        (np.zeros((2, 3, 1)), r"X must be a list of texts, or one column, got ndarray of shape \(2, 3, 1\)"),
        (np.array("text"), r"of shape \(\)"),
    ],
)
def test_elements_that_are_not_texts_are_rejected(X: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        tokenize_texts(X, str.split)


def test_sentences_must_be_token_lists() -> None:
    with pytest.raises(TypeError, match=r"X\[0\] must be a list of tokens, got str"):
        token_lists(["a text"])


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([["O"], np.array([1, 2])], r"y must have tags that are all str or all integers, got both: see y\[1\]"),
        ([[1, "O"]], r"y\[0\] must consist of only str or only integers, got int at position 0"),
        ([[True, False]], r"y\[0\] must consist of only str or only integers, got bool at position 0"),
        ([[1.0, 2.0]], r"y\[0\] must consist of only str or only integers, got float at position 0"),
        (["O"], r"y\[0\] must be a list of tags, got str"),
        ([["O", None]], r"y\[0\] must consist of only str or only integers, got NoneType at position 1"),
        (np.zeros((2, 2), int), r"y must be a list of lists of tags, or one column, got ndarray of shape \(2, 2\)"),
    ],
)
def test_tags_must_be_names(tags: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        tag_lists(tags)


def test_long_texts_are_rejected_or_truncated() -> None:
    with pytest.raises(CorpusError, match=r"X\[1\] must have at most max_length=2 tokens, got 3"):
        limit_lengths([["a"], ["a", "b", "c"]], 2, truncate=False)
    assert limit_lengths([["a", "b", "c"]], 2, truncate=True) == [["a", "b"]]


def test_indexed_texts_give_words_counts_and_positions() -> None:
    texts = IndexedTexts.from_sentences([["a", "b"], [], ["c", "a", "d"]])
    assert texts.words == ["a", "b", "c", "d"]
    assert texts.counts.tolist() == [2, 1, 1, 1]
    assert texts.positions(np.array([2, 1, 0])).tolist() == [2, 3, 4, 0, 1]
    assert texts.positions(np.array([], np.intp)).tolist() == []
    assert texts.lengths.tolist() == [2, 0, 3]
