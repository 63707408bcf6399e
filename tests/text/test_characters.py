"""Character ids of words compared with rows by hand and with a definition in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wordkin.text.characters import (
    BEGIN_SENTENCE_CHARACTER,
    BEGIN_WORD_CHARACTER,
    END_SENTENCE_CHARACTER,
    END_WORD_CHARACTER,
    N_CHARACTERS,
    PADDING_CHARACTER,
    character_rows,
)


def defined_row(word: str, max_characters: int, cut: str) -> list[int]:
    if word in ("<S>", "</S>"):
        inner = [256 if word == "<S>" else 257]
    elif cut == "bytes":
        inner = list(word.encode("utf-8", "ignore")[: max_characters - 2])
    else:
        inner = []
        for character in word:
            encoded = character.encode("utf-8", "ignore")
            if len(inner) + len(encoded) > max_characters - 2:
                break
            inner += encoded
    row = [258, *inner, 259]
    return row + [260] * (max_characters - len(row))


def test_ids_are_those_of_the_official_files() -> None:
    ids = (BEGIN_SENTENCE_CHARACTER, END_SENTENCE_CHARACTER, BEGIN_WORD_CHARACTER, END_WORD_CHARACTER)
    assert (*ids, PADDING_CHARACTER, N_CHARACTERS) == (256, 257, 258, 259, 260, 261)


@pytest.mark.parametrize(
    ("word", "row"),
    [
        ("", [258, 259, 260, 260, 260, 260, 260]),
        ("a", [258, 97, 259, 260, 260, 260, 260]),
        ("abcde", [258, 97, 98, 99, 100, 101, 259]),
        ("abcdef", [258, 97, 98, 99, 100, 101, 259]),
        ("é", [258, 0xC3, 0xA9, 259, 260, 260, 260]),
        ("日本", [258, 0xE6, 0x97, 0xA5, 0xE6, 0x9C, 259]),  # truncated within a character
        ("😀", [258, 0xF0, 0x9F, 0x98, 0x80, 259, 260]),
        ("a\ud800b", [258, 97, 98, 259, 260, 260, 260]),
        ("\udfff", [258, 259, 260, 260, 260, 260, 260]),
        ("a\0b", [258, 97, 0, 98, 259, 260, 260]),
        ("<S>", [258, 256, 259, 260, 260, 260, 260]),
        ("</S>", [258, 257, 259, 260, 260, 260, 260]),
        ("<s>", [258, 60, 115, 62, 259, 260, 260]),
        ("<S>ab", [258, 60, 83, 62, 97, 98, 259]),
        ("<S>\ud800", [258, 60, 83, 62, 259, 260, 260]),  # not the sentence boundary itself
    ],
)
def test_rows_by_hand(word: str, row: list[int]) -> None:
    rows = character_rows([word], 7)
    assert rows.dtype == np.uint16
    assert rows.tolist() == [row]


def test_a_word_truncated_to_a_sentence_boundary_is_not_a_boundary() -> None:
    assert character_rows(["<S>x"], 5).tolist() == [[258, 60, 83, 62, 259]]


def test_truncation_between_characters() -> None:
    assert character_rows(["日本"], 7, cut="characters").tolist() == [[258, 0xE6, 0x97, 0xA5, 259, 260, 260]]
    assert character_rows(["日本x"], 6, cut="characters").tolist() == [[258, 0xE6, 0x97, 0xA5, 259, 260]]
    assert character_rows(["日"], 3, cut="characters").tolist() == [[258, 259, 260]]


def test_long_words_fill_the_row() -> None:
    for word in ("x" * 10_000, "é" * 10_000, "\ud800" * 10_000 + "x" * 100):
        row = character_rows([word])[0].tolist()
        assert len(row) == 50
        assert row == defined_row(word, 50, "bytes")
        assert row[49] == END_WORD_CHARACTER


@given(
    st.lists(
        st.text(st.characters(), max_size=12) | st.sampled_from(["<S>", "</S>", "日本語日本語", "<S"]), max_size=8
    ),
    st.integers(3, 20),
    st.sampled_from(["bytes", "characters"]),
)
def test_rows_match_the_definition(words: list[str], max_characters: int, cut: Any) -> None:
    rows = character_rows(words, max_characters, cut=cut)
    assert rows.shape == (len(words), max_characters)
    assert rows.tolist() == [defined_row(word, max_characters, cut) for word in words]


def test_words_can_be_any_iterable() -> None:
    expected = character_rows(["a", "b"])
    for words in (("a", "b"), iter(["a", "b"]), {"a": 1, "b": 2}, np.array(["a", "b"])):
        assert np.array_equal(character_rows(words), expected)
    assert character_rows([]).shape == (0, 50)
    assert character_rows(np.array(["<S>"]), 4).tolist() == [[258, 256, 259, 260]]  # a subclass of str


@pytest.mark.parametrize(
    ("words", "arguments", "error", "message"),
    [
        ("word", {}, TypeError, r"words must be a list of str, got one str: 'word'"),
        (b"word", {}, TypeError, "words must be a list of str, got one bytes"),
        (["a", 5], {}, TypeError, r"words\[1\] must be a str, got int"),
        ([["a"]], {}, TypeError, r"words\[0\] must be a str, got list"),
        (["a"], {"max_characters": 2}, ValueError, "max_characters must be at least 3, got 2"),
        (["a"], {"max_characters": True}, TypeError, "max_characters must be an integer, got True"),
        (["a"], {"max_characters": 50.0}, TypeError, "max_characters must be an integer, got 50.0"),
        (["a"], {"cut": "words"}, ValueError, "cut must be 'bytes' or 'characters', got 'words'"),
    ],
)
def test_invalid_arguments_are_rejected(
    words: Any, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        character_rows(words, **arguments)
