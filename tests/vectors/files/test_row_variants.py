"""Text files as programs and people really write them: aligned columns, tabs, bad rows, and files that are cut off."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

import numpy as np
import pytest

from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.vectors.files import LoadedVectors

Read = Callable[..., LoadedVectors]

ALIGNED = b"one  1.5 -2.5  3.5\ntwo -1.5  2.5 -3.5\nthree  1.0  2.0  3.0\n"


@pytest.mark.parametrize("header", [b"3 3\n", b""])
def test_words_of_aligned_rows_end_before_the_spaces(read: Read, header: bytes) -> None:
    # The C tool and fastText separate by single spaces, so that no word of theirs ends with one.
    loaded = read(header + ALIGNED)
    assert loaded.words == ["one", "two", "three"]
    np.testing.assert_array_equal(loaded.vectors, [[1.5, -2.5, 3.5], [-1.5, 2.5, -3.5], [1, 2, 3]])


def test_a_word_of_spaces_keeps_all_but_the_separator(read: Read) -> None:
    assert read(b"2 2\n   1 2\nnew  york   3 4\n").words == ["  ", "new  york"]


@pytest.mark.parametrize("header", [b"2 3\n", b""])
@pytest.mark.parametrize("separators", ["\t   ", "\t\t\t\t", "   \t", " \t\t ", "\t \t "])
def test_tabs_and_spaces_separate_fields(read: Read, header: bytes, separators: str) -> None:
    word, *between = separators
    rows = f"the{word}1{between[0]}2{between[1]}3\nof{word}4{between[0]}5{between[1]}6\n"
    loaded = read(header + rows.encode())
    assert loaded.words == ["the", "of"]
    np.testing.assert_array_equal(loaded.vectors, [[1, 2, 3], [4, 5, 6]])


def test_a_header_with_too_small_a_size_is_not_made_up_for_by_the_word(read: Read) -> None:
    with pytest.raises(FormatError, match="more than 2 numbers"):
        read(b"2 2\nthe\t1 2 3\nof\t4 5 6\n")


ROWS = b"".join(b"w%d 0.1 0.2 0.3 0.4\n" % row for row in range(100))


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("header", [b"2000 4\n", b"101 4\n", b"100 4\n", b"999999999999 4\n"])
def test_limit_reads_the_start_of_a_file_that_was_cut_off(
    read: Read, header: bytes, compress: Callable[[bytes], bytes]
) -> None:
    assert len(read(compress(header + ROWS), limit=100).words) == 100
    assert len(read(compress(header + ROWS), limit=7).words) == 7
    if header != b"100 4\n":
        with pytest.raises(CorruptFileError):
            read(compress(header + ROWS))


def test_limit_reads_the_start_of_a_binary_file_that_was_cut_off(read: Read) -> None:
    rows = b"".join(b"w%d " % row + np.float32([row, 0.5]).tobytes() for row in range(20))
    assert read(b"5000 2\n" + rows, limit=20).vectors[:, 0].tolist() == list(range(20))
    with pytest.raises(CorruptFileError, match="limit= reads the first vectors"):
        read(b"5000 2\n" + rows)


BAD_ROWS = {
    "too few numbers": b"short 1 2\n",
    "too many numbers": b"long 1 2 3 4\n",
    "glued": b"a 1 2 3b 4 5 6\n",
    "no number": b"word 1 x 3\n",
    "empty": b"\n",
    "whitespace": b"  \t \r\n",
    "no word": b" 1 2 3\n",
    "NaN": b"nan 1 nan 3\n",
    "glued twice": b"a 1 2 3b 1 2 3c 4 5 6\n",
    "infinite": b"inf 1 -inf 3\n",
    "not UTF-8": b"caf\xe9 1 2 3\n",
}


@pytest.mark.parametrize("name", BAD_ROWS)
@pytest.mark.parametrize("position", [0, 1, 3])
def test_bad_rows_are_left_out_and_counted(read: Read, name: str, position: int) -> None:
    rows = [b"a 1 2 3\n", b"b 4 5 6\n", b"c 7 8 9\n", b"d 1 1 1\n"]
    rows.insert(position, BAD_ROWS[name])
    content = b"5 3\n" + b"".join(rows)
    with pytest.raises(FormatError):
        read(content)
    with pytest.warns(UserWarning, match=rf"left out 1 row that cannot be read; the first one: line {position + 2}\b"):
        loaded = read(content, on_bad_rows="skip")
    assert loaded.words == ["a", "b", "c", "d"]
    assert loaded.skipped_rows == 1
    np.testing.assert_array_equal(loaded.vectors, [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]])


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("datatype", [np.float16, np.float32, np.float64])
def test_many_bad_rows_anywhere(read: Read, header: bool, datatype: type) -> None:
    generator = random.Random(1)
    bad = [row for name, row in BAD_ROWS.items() if name not in ("empty", "whitespace")]
    rows = [b"w%d %d 2 3\n" % (row, row % 500) for row in range(20_000)]
    good = [generator.random() > 0.05 for _ in rows]
    good[0] = good[-1] = True
    lines = [row if is_good else generator.choice(bad) for row, is_good in zip(rows, good, strict=True)]
    content = (b"20000 3\n" if header else b"") + b"".join(lines)
    with pytest.warns(UserWarning, match=f"left out {good.count(False)} rows"):
        loaded = read(content, on_bad_rows="skip", datatype=datatype)
    assert loaded.words == [f"w{row}" for row, is_good in enumerate(good) if is_good]
    assert loaded.vectors[:, 0].tolist() == [row % 500 for row, is_good in enumerate(good) if is_good]
    assert loaded.vectors.dtype == datatype


def test_limit_counts_good_rows(read: Read) -> None:
    content = b"a 1 2 3\nb 1 2\nc 1 2 3\nd 4 5 6\n"
    for text in (content, b"4 3\n" + content):
        with pytest.warns(UserWarning, match="left out 1 row"):
            assert read(text, on_bad_rows="skip", limit=2).words == ["a", "c"]
    assert read(content, on_bad_rows="skip", limit=1).skipped_rows == 0


def test_nonfinite_rows_are_kept_if_they_are_allowed(read: Read) -> None:
    with pytest.warns(UserWarning, match="NaN or infinite values, in 1 rows"):
        loaded = read(b"2 2\na 1 nan\nb 1 2\n", on_bad_rows="skip", allow_nonfinite=True)
    assert loaded.words == ["a", "b"]


def test_files_that_are_too_short_are_reported_even_if_bad_rows_are_skipped(read: Read) -> None:
    with pytest.raises(TruncatedFileError, match="the header says 3 vectors, found 2"):
        read(b"3 2\na 1 2\nb  3  4\n", on_bad_rows="skip")


def test_unknown_treatment_of_bad_rows(read: Read) -> None:
    with pytest.raises(ValueError, match="on_bad_rows must be 'error' or 'skip', got 'ignore'"):
        read(b"1 2\na 1 2\n", on_bad_rows="ignore")


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (b"\x89HDF\r\n\x1a\n", "HDF5 file; weights of an ELMo model are read by ELMo.from_pretrained"),
        (b"\x93NUMPY\x01\0", "a NumPy array without words"),
        (b"%PDF-1.4", "a PDF document"),
        (b"7z\xbc\xaf'\x1c", "a 7-Zip archive; unpack it"),
        (b"Rar!\x1a\x07\x01", "a RAR archive; unpack it"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"PK\x03\x04", "a zip archive; unpack it"),
        (b"\x80\x04\x95", "KeyedVectors.from_gensim"),
    ],
)
def test_other_files_are_named(read: Read, start: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(start + bytes(100))
