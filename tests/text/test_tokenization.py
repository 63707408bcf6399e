"""Splitting of text into words and punctuation, and the choice of a tokenizer."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.text.tokenization import resolve_tokenizer, split_words, warn_of_single_tokens, warn_of_unsplit_texts


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
        ("日本語。", ["日", "本", "語", "。"]),
        ("iPhone手机3台", ["iPhone", "手", "机", "3", "台"]),
        ("ラーメン、ｶﾞ", ["ラ", "ー", "メ", "ン", "、", "ｶﾞ"]),
        ("หนึ่ง๑๒", ["ห", "นึ่", "ง", "๑๒"]),
        ("ນ້ຳ", ["ນ້ຳ"]),
        ("ខ្មែរ", ["ខ្មែ", "រ"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("한국어 tiếng", ["한국어", "tiếng"]),
        # Marks belong to their base, and joined emoji are one token.
        ("I \u2764\ufe0fyou", ["I", "\u2764\ufe0f", "you"]),
        ("=\u0338 cafe\u0301", ["=\u0338", "cafe\u0301"]),
        ("\U0001f469\u200d\U0001f4bbok", ["\U0001f469\u200d\U0001f4bb", "ok"]),
        ("\U0001f44d\U0001f3fdyes", ["\U0001f44d\U0001f3fd", "yes"]),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),
        ("1\ufe0f\u20e3.", ["1\ufe0f\u20e3", "."]),
        # Invisible characters are dropped at the edges of tokens, and kept within words.
        ("\ufeffyou", ["you"]),
        ("\u200fyou!\u200eme\u200d", ["you", "!", "me"]),
        ("\ufe0fyou \u200d", ["you"]),
        ("co\u00adop\u00ad", ["co\u00adop"]),
        ("one\u200btwo", ["one", "two"]),
        ("അവന്\u200d", ["അവന്\u200d"]),  # a chillu, whose joiner is part of the last letter
        ("\u0600\u0661", ["\u0600\u0661"]),  # the sign of Arabic numbers is visible
    ],
)
def test_split_words(text: str, tokens: list[str]) -> None:
    assert split_words(text) == tokens


@given(st.text())
def test_only_whitespace_and_invisible_characters_are_dropped(text: str) -> None:
    def visible(part: str) -> str:
        return "".join(c for c in part if not (c.isspace() or is_invisible(c)))

    tokens = split_words(text)
    assert visible("".join(tokens)) == visible(text)
    assert all(tokens)
    assert not any(map(str.isspace, "".join(tokens)))
    assert split_words(" ".join(tokens)) == tokens


def is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0100"


def test_a_batch_of_single_tokens_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    for tokens in ([["one"]], [["a"], ["b", "c"]], [[], []], []):
        warn_of_single_tokens(tokens, "X")
    assert not caplog.records
    warn_of_single_tokens([["good"], ["a", "film"], ["bad"]], "X")
    (record,) = caplog.records
    assert record.getMessage().startswith("X: 2 of 3 texts are a single token, such as 'good'")


def test_token_lists_with_unsplit_texts_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    for tokens in ([["a text"]], [["a text"], ["b", "c"]], [["one"], ["two"]], []):
        warn_of_unsplit_texts(tokens, "X")
    assert not caplog.records
    warn_of_unsplit_texts([["a good film"], ["a bad one"], ["so", "so"]], "X")
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "X: 2 of 3 token lists hold a text that is not split, such as ['a good film']"
    )


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
