"""Vocabulary files: a word and its count per line."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wordkin import KeyedVectors
from wordkin.errors import FormatError, UndecodableWordError
from wordkin.vectors.files import read_vocabulary, write_vocabulary


def read(tmp_path: Path, content: bytes, **options: str) -> dict[str, int]:
    (tmp_path / "vocabulary").write_bytes(content)
    return read_vocabulary(tmp_path / "vocabulary", **options)


def test_variants(tmp_path: Path) -> None:
    expected = {"</s>": 0, "naïve": 7, "b": 9_223_372_036_854_775_807}
    content = "</s> 0\nnaïve 7\nb 9223372036854775807\n".encode()
    assert read(tmp_path, content) == expected
    assert read(tmp_path, content[:-1]) == expected
    assert read(tmp_path, content + b"\n") == expected
    assert read(tmp_path, content.replace(b"\n", b"\r\n")) == expected
    assert read(tmp_path, content.replace(b" ", b"\t")) == expected
    assert read(tmp_path, gzip.compress(content)) == expected
    assert read(tmp_path, b"\xef\xbb\xbf" + content) == expected
    assert read(tmp_path, b"") == {}


@pytest.mark.parametrize(
    "line",
    [
        b"word",
        b"word -1",
        b"word 1.5",
        b" 5",
        b"5",
        b"word 1e3",
        b"word 9223372036854775808",
        b"word " + b"9" * 5000,
        b"\xc3 1",
    ],
)
def test_malformed_lines_are_reported_with_their_number(tmp_path: Path, line: bytes) -> None:
    with pytest.raises(
        FormatError, match=r"line 2: (expected a word and its count|found a word that cannot be decoded)"
    ):
        read(tmp_path, b"good 1\n" + line + b"\nmore 2\n")


def test_words_that_cannot_be_decoded_raise_what_gensim_raises(tmp_path: Path) -> None:
    with pytest.raises(UndecodableWordError, match="line 1: found a word that cannot be decoded") as caught:
        read(tmp_path, b"na\xc3 1\n")
    assert isinstance(caught.value, FormatError) and isinstance(caught.value, UnicodeDecodeError)
    assert (caught.value.object, caught.value.start) == (b"na\xc3", 2)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    (tmp_path / "v.txt").write_bytes(b"1 2\nna\xc3 1 2\n")
    with pytest.raises(UndecodableWordError, match=r"line 2 .*: found a word that cannot be decoded") as caught:
        KeyedVectors.load_word2vec_format(tmp_path / "v.txt")
    assert isinstance(caught.value, UnicodeDecodeError)


def test_words_truncated_within_a_character(tmp_path: Path) -> None:
    assert read(tmp_path, b"na\xc3 1\n", unicode_errors="ignore") == {"na": 1}


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \n"), min_size=1),
        st.integers(0, (1 << 63) - 1),
    )
)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, counts: dict[str, int]) -> None:
    assume(not next(iter(counts), "").startswith("\ufeff"))  # a byte-order mark is dropped at the start of a file
    path = tmp_path_factory.getbasetemp() / "vocabulary"
    write_vocabulary(path, list(counts), np.array(list(counts.values()), np.int64))
    assert read_vocabulary(path) == counts


def test_words_that_cannot_be_written_are_rejected(tmp_path: Path) -> None:
    for word in ("two words", "", "a\nb"):
        with pytest.raises(FormatError, match="word number 1"):
            write_vocabulary(tmp_path / "v", [word], [1])
    with pytest.raises(FormatError, match="byte-order mark"):
        write_vocabulary(tmp_path / "v", ["\ufeffword"], [1])
    with pytest.raises(ValueError, match="one entry per word"):
        write_vocabulary(tmp_path / "v", ["a"], [1, 2])
    assert list(tmp_path.iterdir()) == []
