"""Splitting of text into words and punctuation, and the choice of a tokenizer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.text.tokenization import resolve_tokenizer, split_words


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \n\t ", []),
        ("Hello, world!", ["Hello", ",", "world", "!"]),
        ("snake_case 3.5", ["snake_case", "3", ".", "5"]),
        ("naïve—café…", ["naïve", "—", "café", "…"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("می\u200cروم", ["می\u200cروم"]),
        ("日本語。", ["日本語", "。"]),
    ],
)
def test_split_words(text: str, tokens: list[str]) -> None:
    assert split_words(text) == tokens


@given(st.text())
def test_only_whitespace_is_dropped(text: str) -> None:
    assert "".join(split_words(text)) == "".join(text.split())


def test_tokenizers_are_chosen_by_name_or_given_as_functions() -> None:
    assert resolve_tokenizer("words") is split_words
    assert list(resolve_tokenizer("whitespace")("It's  late ")) == ["It's", "late"]
    assert resolve_tokenizer(list) is list


@pytest.mark.parametrize(
    ("tokenizer", "error", "message"),
    [
        ("spacy", ValueError, "tokenizer must be one of words, whitespace, or a callable, got 'spacy'"),
        (None, TypeError, "tokenizer must be a str or a callable, got NoneType"),
        (5, TypeError, "tokenizer must be a str or a callable, got int"),
    ],
)
def test_invalid_tokenizers_are_rejected(tokenizer: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        resolve_tokenizer(tokenizer)
    assert str(caught.value) == message
