"""Malformed vector files: errors state the location, what was found and what was expected."""

from __future__ import annotations

import gzip
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wordkin.errors import CorruptFileError, FormatError
from wordkin.vectors.files import LoadedVectors, read_word2vec

from .file_contents import FILES, VECTORS, WORDS, binary_file, text_file

Read = Callable[..., LoadedVectors]


def test_empty_file(read: Read) -> None:
    for content in (b"", gzip.compress(b"")):
        with pytest.raises(FormatError, match="byte 0: expected word vectors, found an empty file"):
            read(content)


@pytest.mark.parametrize("content", [b"\xff\xfe4\x00 \x00", b"\xfe\xff\x004", b"\xff\xfe\x00\x004\x00\x00\x00"])
def test_utf16_and_utf32_are_reported(read: Read, content: bytes) -> None:
    with pytest.raises(FormatError, match=r"encoded in UTF-(16|32)"):
        read(content)


@pytest.mark.parametrize("make", [text_file, binary_file])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nonfinite_values_are_rejected_unless_allowed(read: Read, make: Callable[..., bytes], value: float) -> None:
    vectors = VECTORS.copy()
    vectors[1, 2] = vectors[3, 0] = value
    for datatype in (np.float16, np.float32, np.float64):
        with pytest.raises(FormatError, match="vector 2: found NaN or infinite values, in 2 rows"):
            read(make(vectors=vectors), datatype=datatype, limit=None)
    with pytest.warns(UserWarning, match="in 2 rows"):
        loaded = read(make(vectors=vectors), allow_nonfinite=True)
    np.testing.assert_array_equal(loaded.vectors, vectors)


def test_numbers_too_large_for_float16_count_as_infinite(read: Read) -> None:
    with pytest.raises(FormatError, match=r"vector 4: .* in 1 rows"):
        read(text_file(), datatype=np.float16)


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_repeated_words(read: Read, make: Callable[..., bytes]) -> None:
    content = make(["a", "b", "a", "a"], VECTORS)
    with pytest.warns(UserWarning, match="2 rows repeat a word, the first one 'a'; kept the first row"):
        loaded = read(content)
    assert loaded.words == ["a", "b"]
    np.testing.assert_array_equal(loaded.vectors, VECTORS[:2])
    with pytest.warns(UserWarning, match="kept the last"):
        loaded = read(content, on_duplicate="last")
    assert loaded.words == ["a", "b"]
    np.testing.assert_array_equal(loaded.vectors, VECTORS[[3, 1]])
    with pytest.raises(FormatError, match="2 rows that repeat a word"):
        read(content, on_duplicate="error")


def test_rows_without_a_word_are_rejected(read: Read) -> None:
    with pytest.raises(FormatError, match=r"line 3 \(byte 14\): found a row without a word"):
        read(b"2 3\nthe 1 2 3\n 1 2 3\n")
    with pytest.raises(FormatError, match=r"line 3 .*an empty line"):
        read(b"2 3\nthe 1 2 3\n\nx 1 2 3\n")
    with pytest.raises(FormatError, match=r"vector 2 \(byte 20\): found a row without a word"):
        read(binary_file(["the", ""], VECTORS[:2]))


@pytest.mark.parametrize("after", [b"", b"\n"])
@pytest.mark.parametrize("binary", [None, True])
def test_truncation_of_a_binary_file_at_any_byte(read: Read, after: bytes, binary: bool | None) -> None:
    whole = binary_file(after=after)
    for length in range(1, len(whole) - len(after)):
        header_cut = length < 4
        with pytest.raises(FormatError if header_cut else CorruptFileError):
            read(whole[:length], binary=binary)


def test_truncation_of_a_text_file_before_the_last_number(read: Read) -> None:
    whole = text_file()
    last_number = whole.rindex(b" ") + 2
    for length in range(1, last_number - 1):
        with pytest.raises(FormatError):
            read(whole[:length])


def test_truncation_of_a_compressed_file(read: Read) -> None:
    packed = gzip.compress(text_file())
    for length in range(20, len(packed)):
        with pytest.raises(CorruptFileError):
            read(packed[:length])


def test_text_read_as_binary_and_the_reverse_are_reported(read: Read) -> None:
    with pytest.raises(FormatError, match="try binary=False"):
        read(text_file(), binary=True)
    with pytest.raises(FormatError, match="try binary=True"):
        read(binary_file(), binary=False)


def test_binary_float64_is_reported(read: Read) -> None:
    rng = np.random.default_rng(0)
    for dimension in (1, 2, 5, 100):
        vectors = rng.normal(size=(20, dimension))
        with pytest.raises(FormatError, match="8 bytes per number"):
            read(binary_file([f"w{row}" for row in range(20)], vectors, dtype="<f8"))


def test_big_endian_numbers_are_reported(read: Read) -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 10)).astype(np.float32)
    with pytest.raises(FormatError, match="big-endian"):
        read(binary_file([f"w{row}" for row in range(20)], vectors, dtype=">f4"))


def test_trailing_content_warns_for_text_and_raises_for_binary(read: Read) -> None:
    with pytest.warns(UserWarning, match="line 6: ignored content after the 4 vectors"):
        assert read(text_file() + b"# made by hand\n").words == WORDS
    with pytest.raises(CorruptFileError, match="after the 4 vectors"):
        read(binary_file() + b"\x00\x01")
    assert read(binary_file() + b"\x00\x01", limit=4).words == WORDS


class Canary:
    """Creates a folder when it is unpickled normally."""

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, ("canary",))


OTHERS = {
    "fastText .bin": ((FILES / "fasttext.bin").read_bytes(), "load_fasttext_format"),
    "wordkin": ((FILES / "wordkin-1.0.safetensors").read_bytes(), "KeyedVectors.load"),
    "gensim": ((FILES / "gensim-separate.kv").read_bytes(), "refusing pickle"),
    "pickle with code": (pickle.dumps([Canary()]), "refusing pickle"),
    "zip": (b"PK\x03\x04" + b"\0" * 50, "zip archive"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_formats_are_identified_and_not_executed(
    read: Read, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content, message = OTHERS[name]
    for options in ({}, {"binary": True}, {"no_header": True}):
        with pytest.raises(FormatError, match=message):
            read(content, **options)
    assert not (tmp_path / "canary").exists()


def test_words_missing_in_the_vocabulary_file_have_count_0(read: Read, tmp_path: Path) -> None:
    (tmp_path / "vocabulary").write_text("the 7\n漢字 3\n", encoding="utf8")
    with pytest.warns(UserWarning, match="lacks 2 of 4 words, first 'naïve'"):
        loaded = read(text_file(), fvocab=tmp_path / "vocabulary")
    assert loaded.counts is not None
    assert loaded.counts.tolist() == [7, 0, 3, 0]


def test_long_words_and_lines(read: Read, tmp_path: Path) -> None:
    long = "x" * 65_535
    for make in (text_file, binary_file):
        assert read(make([long, "y"], VECTORS[:2])).words == [long, "y"]
    with pytest.raises(FormatError, match="no word within 65,535 bytes"):
        read(binary_file([long + "xx", "y"], VECTORS[:2]))
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.write(b"2 3\nx")
        file.truncate(64 << 20)
    with pytest.raises(FormatError):
        read_word2vec(path)
    with pytest.raises(FormatError, match="a line of more than"):
        read_word2vec(path, binary=False, no_header=True)


def test_rows_beyond_2_31_numbers() -> None:
    """Only two pages of the matrix are touched, so that it needs no memory."""
    from wordkin._core import vector_files

    rows, columns = (1 << 31) // 1024 + 2, 1024
    matrix = np.zeros((rows, columns), np.float32)
    line = b"w" + b" 2" * columns
    assert vector_files.parse_text(line, matrix[-1:])["rows"] == 1
    assert matrix[-1, -1] == 2
    table = np.lib.stride_tricks.as_strided(matrix[:1], (1, columns))
    assert not table.any()
