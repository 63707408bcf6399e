"""Splitting of text into words and punctuation."""

from __future__ import annotations

import pytest

from wordkin.text.tokenization import split_words


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
