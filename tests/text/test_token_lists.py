"""The check of sentences that are given as Python objects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wordkin.text.token_lists import checked_tokens, single_pass_error


@pytest.mark.parametrize(
    "tokens",
    [["a", "b"], ("a", "b"), iter(["a", "b"]), {"a": 1, "b": 2}.keys(), np.array(["a", "b"])],
    ids=["list", "tuple", "iterator", "keys", "array"],
)
def test_any_iterable_of_str_becomes_a_list(tokens: Any) -> None:
    assert checked_tokens(tokens, "the sentence") == ["a", "b"]


def test_an_empty_sentence_is_valid() -> None:
    assert checked_tokens([], "the sentence") == []


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ("a b", "sentence 3 must be a list of tokens, got str: 'a b'"),
        (b"a b", "sentence 3 must be a list of tokens, got bytes: b'a b'"),
        ({"a": 1}, "sentence 3 must be a list of tokens, got dict: {'a': 1}"),
        (None, "sentence 3 must be a list of tokens, got NoneType: None"),
        (5, "sentence 3 must be a list of tokens, got int: 5"),
        (["a", b"b"], "sentence 3 must consist of str, got bytes at position 1"),
        (["a", "b", None], "sentence 3 must consist of str, got NoneType at position 2"),
    ],
)
def test_invalid_sentences_are_rejected(tokens: object, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        checked_tokens(tokens, "sentence 3")
    assert str(caught.value) == message


def test_arrays_of_other_dimensions_are_rejected() -> None:
    for array in (np.array("a"), np.array([["a"]])):
        with pytest.raises(TypeError, match="the sentence must be a list of tokens, got ndarray"):
            checked_tokens(array, "the sentence")


def test_messages_are_short_and_name_what_is_expected() -> None:
    with pytest.raises(TypeError) as caught:
        checked_tokens("x" * 1000, "text 0", "a list of words")
    assert str(caught.value) == f"text 0 must be a list of words, got str: '{'x' * 59}"


def test_the_error_about_iterators_names_the_argument_and_the_cure() -> None:
    error = single_pass_error("sentences")
    assert isinstance(error, TypeError)
    assert str(error).startswith("sentences must allow several passes")
    assert "pass a list, a file, or an object whose __iter__ returns a new iterator each time" in str(error)
