"""Vector files that are wrong: each gives a typed error that tells where, what was found and what was expected."""

from __future__ import annotations

import gzip
import os
import pickle
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.vectors.files import LoadedVectors, read_word2vec

from .file_contents import FILES, VECTORS, WORDS, binary_file, text_file

Read = Callable[..., LoadedVectors]


def test_empty_file(read: Read) -> None:
    for content in (b"", gzip.compress(b"")):
        with pytest.raises(FormatError, match="byte 0: expected word vectors, found an empty file"):
            read(content)


@pytest.mark.parametrize("content", [b"\xff\xfe4\x00 \x00", b"\xfe\xff\x004", b"\xff\xfe\x00\x004\x00\x00\x00"])
def test_utf16_is_named(read: Read, content: bytes) -> None:
    with pytest.raises(FormatError, match=r"encoded in UTF-(16|32)"):
        read(content)


@pytest.mark.parametrize(
    "content", [b"hello\n", b"hello world\n", b"hello world again\n", b"\n", b"\n4 3\n", b"{}", b"\x00" * 50]
)
def test_header_that_is_none_is_no_header_by_rule_or_a_format_error(read: Read, content: bytes) -> None:
    for options in ({}, {"no_header": False}, {"binary": True}, {"binary": False}):
        with pytest.raises(FormatError, match="line 1: found"):
            read(content, **options)


@pytest.mark.parametrize(
    "header",
    ["-4 3", "4 -3", "0 3", "4 0", "1e3 3", "4 3e0", "+4 3", "4 +3", "99999999999999999999 3", "4 99999999999999999999",
     "4.0 3", "4,3", "0x4 3", "4 3 1", "4", "٤ 3", "4 3_0", "1_0 3"],
)  # fmt: skip
@pytest.mark.parametrize("make", [text_file, binary_file])
def test_header_numbers_out_of_form_are_a_format_error(read: Read, header: str, make: Callable[..., bytes]) -> None:
    with pytest.raises(FormatError, match="line 1: found"):
        read(make(header=header), no_header=False)
    with pytest.raises(FormatError):
        read(make(header=header))


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_header_count_too_large_is_told_and_also_an_eof_error(read: Read, make: Callable[..., bytes]) -> None:
    with pytest.raises(CorruptFileError, match="the header says 5 vectors, found 4") as caught:
        read(make(header="5 3"))
    assert isinstance(caught.value, EOFError)
    assert isinstance(caught.value, TruncatedFileError)


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_header_count_too_small_is_an_error_unless_limit_means_it(read: Read, make: Callable[..., bytes]) -> None:
    content = make(header="2 3")
    with pytest.raises(CorruptFileError, match="found another vector"):
        read(content)
    loaded = read(content, limit=2)
    assert loaded.words == WORDS[:2]
    np.testing.assert_array_equal(loaded.vectors, VECTORS[:2])


@pytest.mark.parametrize(
    ("header", "message"), [("4 2", "line 2 .*more than 2 numbers"), ("4 4", "line 2 .*3 numbers .*expected 4")]
)
def test_header_dimension_that_lies_is_an_error_at_the_first_row(read: Read, header: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(text_file(header=header))


@pytest.mark.parametrize("dimension", [1, 2, 4, 5])
def test_header_dimension_that_lies_in_a_binary_file(read: Read, dimension: int) -> None:
    with pytest.raises(FormatError):
        read(binary_file(header=f"4 {dimension}"))


MEMORY = """
    import resource, sys
    from wordkin.errors import CorruptFileError
    from wordkin.vectors.files import read_word2vec
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    for path in sys.argv[1:]:
        try:
            read_word2vec(path)
        except CorruptFileError as error:
            assert "the header says 1000000000 vectors of 1000000 numbers" in str(error), error
        else:
            raise SystemExit("read")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
def test_header_of_10_9_by_10_6_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    contents = [text_file(header="1000000000 1000000"), binary_file(header="1000000000 1000000")]
    contents += [gzip.compress(content) for content in contents]
    paths = [tmp_path / str(number) for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MEMORY), *map(str, paths)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("make", [text_file, binary_file])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nonfinite_numbers_are_an_error_that_counts_unless_allowed(
    read: Read, make: Callable[..., bytes], value: float
) -> None:
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


NUMBERS = {
    "1e999": np.inf,
    "-1e999": -np.inf,
    "1e99999999999999999999": np.inf,
    "3.4028236e38": np.inf,
    "3.4028235e38": 3.4028235e38,
    "3.40282356e38": 3.4028235e38,
    "1e-45": 1e-45,
    "1.1754942e-38": 1.1754942e-38,
    "1e-46": 0.0,
    "-1e-999": -0.0,
    "0e999": 0.0,
    "+1.5": 1.5,
    ".5": 0.5,
    "5.": 5.0,
    "-0": -0.0,
    "1E3": 1000.0,
    "1e+3": 1000.0,
    "00012": 12.0,
    "nan": np.nan,
    "-NaN": np.nan,
    "inf": np.inf,
    "-Infinity": -np.inf,
    "0.1" + "0" * 500: 0.1,
    "1" + "0" * 30: 1e30,
    "16777217": 16777216.0,  # exactly between two floats: to even
    "16777217.0000000000000000000001": 16777218.0,  # just above: not to be rounded twice
    "16777216.9999999999999999999999": 16777216.0,
    "0.100000001490116119384765625": 0.1,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_are_correctly_rounded(read: Read, text: str) -> None:
    expected = np.float32(NUMBERS[text])
    content = f"1 2\nw {text} 1\n".encode()
    if np.isfinite(expected):
        value = read(content).vectors[0, 0]
    else:
        with pytest.raises(FormatError, match="NaN or infinite"):
            read(content)
        with pytest.warns(UserWarning):
            value = read(content, allow_nonfinite=True).vectors[0, 0]
    assert value == expected or (np.isnan(value) and np.isnan(expected))
    assert np.signbit(value) == np.signbit(expected) or np.isnan(expected)


@pytest.mark.parametrize(
    "text",
    [
        "0x1p3",
        "1,5",
        "1.5.2",
        "1e",
        "1e+",
        "e5",
        ".",
        "-",
        "+-1",
        "--1",
        "1_000",
        "nanx",
        "in",
        "١",
        "1\x00",
        "#NAME?",
        "1d5",
    ],
)
def test_what_is_no_decimal_number_is_a_format_error(read: Read, text: str) -> None:
    with pytest.raises(FormatError, match=r"line 3 \(byte \d+\): found .*, expected a decimal number"):
        read(f"2 2\nw 1 1\nx {text} 1\n".encode(), binary=False)


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.sampled_from(["%.6f", "%.9g", "%.17g", "%.40e", "%g", "%.25f"]),
)
@settings(deadline=None, max_examples=150)
def test_any_spelling_of_a_float_is_correctly_rounded(value: float, spelling: str) -> None:
    from fractions import Fraction

    from wordkin._core import vector_files

    text = spelling % value
    out = np.empty((1, 1), np.float32)
    assert vector_files.parse_text(f"w {text}".encode(), out)["rows"] == 1
    exact = Fraction(text)
    read = np.float32(out[0, 0])
    with np.errstate(over="ignore"):
        neighbours = [np.nextafter(read, np.float32(-np.inf)), np.nextafter(read, np.float32(np.inf))]
    assert all(
        abs(exact - Fraction(float(read))) <= abs(exact - Fraction(float(n))) for n in neighbours if np.isfinite(n)
    )


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_duplicate_words_first_or_last_wins_with_a_warning_that_counts(read: Read, make: Callable[..., bytes]) -> None:
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


def test_rows_without_a_word_are_an_error_with_the_line(read: Read) -> None:
    with pytest.raises(FormatError, match=r"line 3 \(byte 14\): found a row without a word"):
        read(b"2 3\nthe 1 2 3\n 1 2 3\n")
    with pytest.raises(FormatError, match=r"line 3 .*an empty line"):
        read(b"2 3\nthe 1 2 3\n\nx 1 2 3\n")
    with pytest.raises(FormatError, match=r"vector 2 \(byte 20\): found a row without a word"):
        read(binary_file(["the", ""], VECTORS[:2]))


@pytest.mark.parametrize("after", [b"", b"\n"])
@pytest.mark.parametrize("binary", [None, True])
def test_truncated_binary_at_every_byte_is_a_corrupt_file(read: Read, after: bytes, binary: bool | None) -> None:
    whole = binary_file(after=after)
    for length in range(1, len(whole) - len(after)):
        header_cut = length < 4
        with pytest.raises(FormatError if header_cut else CorruptFileError):
            read(whole[:length], binary=binary)


def test_truncated_text_at_every_byte_is_an_error_or_a_shorter_number(read: Read) -> None:
    whole = text_file()
    last_number = whole.rindex(b" ") + 2
    for length in range(1, last_number - 1):
        with pytest.raises(FormatError):
            read(whole[:length])


def test_truncated_compressed_file(read: Read) -> None:
    packed = gzip.compress(text_file())
    for length in range(20, len(packed)):
        with pytest.raises(CorruptFileError):
            read(packed[:length])


def test_text_read_as_binary_and_the_reverse_are_told(read: Read) -> None:
    with pytest.raises(FormatError, match="try binary=False"):
        read(text_file(), binary=True)
    with pytest.raises(FormatError, match="try binary=True"):
        read(binary_file(), binary=False)


def test_binary_float64_is_explained(read: Read) -> None:
    rng = np.random.default_rng(0)
    for dimension in (1, 2, 5, 100):
        vectors = rng.normal(size=(20, dimension))
        with pytest.raises(FormatError, match="8 bytes per number"):
            read(binary_file([f"w{row}" for row in range(20)], vectors, dtype="<f8"))


def test_big_endian_is_explained(read: Read) -> None:
    vectors = np.random.default_rng(0).normal(size=(20, 10)).astype(np.float32)
    with pytest.raises(FormatError, match="big-endian"):
        read(binary_file([f"w{row}" for row in range(20)], vectors, dtype=">f4"))


def test_trailing_garbage_is_a_warning_for_text_and_an_error_for_binary(read: Read) -> None:
    with pytest.warns(UserWarning, match="line 6: ignored content after the 4 vectors"):
        assert read(text_file() + b"# made by hand\n").words == WORDS
    with pytest.raises(CorruptFileError, match="after the 4 vectors"):
        read(binary_file() + b"\x00\x01")
    assert read(binary_file() + b"\x00\x01", limit=4).words == WORDS


class Canary:
    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, ("canary",))


OTHERS = {
    "fastText .bin": ((FILES / "fasttext.bin").read_bytes(), "load_fasttext_format"),
    "our own": ((FILES / "wordkin-1.0.safetensors").read_bytes(), "KeyedVectors.load"),
    "gensim's": ((FILES / "gensim-separate.kv").read_bytes(), "refusing pickle"),
    "a canary": (pickle.dumps([Canary()]), "refusing pickle"),
    "zip": (b"PK\x03\x04" + b"\0" * 50, "zip archive"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_files_of_other_formats_are_named_and_nothing_is_executed(
    read: Read, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content, message = OTHERS[name]
    for options in ({}, {"binary": True}, {"no_header": True}):
        with pytest.raises(FormatError, match=message):
            read(content, **options)
    assert not (tmp_path / "canary").exists()


def test_words_missing_in_the_vocabulary_file_count_0_with_a_warning(read: Read, tmp_path: Path) -> None:
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


def test_a_row_beyond_2_31_numbers_is_addressed_rightly() -> None:
    """The last row of a matrix of more than 2^31 numbers, of which only two pages are ever touched."""
    from wordkin._core import vector_files

    rows, columns = (1 << 31) // 1024 + 2, 1024
    matrix = np.zeros((rows, columns), np.float32)
    line = b"w" + b" 2" * columns
    assert vector_files.parse_text(line, matrix[-1:])["rows"] == 1
    assert matrix[-1, -1] == 2
    table = np.lib.stride_tricks.as_strided(matrix[:1], (1, columns))
    assert not table.any()


# ---- fuzz: whatever the bytes, a result or a FormatError

token = st.sampled_from(
    [
        b"the",
        b"1",
        b"-2.5",
        b"nan",
        b"1e999",
        b"x",
        b"\xc3",
        b"\x00",
        b"1,5",
        b".",
        b"0x1",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"",
    ]
)
row = st.lists(token, max_size=6).map(b" ".join)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([b"", b"2 2\n", b"3 1\n", b"1 3\n", b"\xef\xbb\xbf2 2\n", b"0 1\n", b"2 99\n"]),
    st.lists(row, max_size=5).map(b"\n".join),
    st.sampled_from([{}, {"no_header": True}, {"binary": False}, {"limit": 1}, {"unicode_errors": "ignore"}]),
)
def test_fuzz_structure_of_text(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, body: bytes, options: dict[str, object]
) -> None:
    fuzz(tmp_path_factory, header + body, options)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from([b"2 2\n", b"3 1\n", b"1 3\n", b"2 2 \n"]),
    st.lists(st.tuples(st.binary(max_size=4), st.sampled_from([b" ", b"", b"\n"]), st.binary(max_size=13)), max_size=4),
    st.sampled_from([{}, {"binary": True}, {"limit": 1}, {"unicode_errors": "replace"}]),
)
def test_fuzz_structure_of_binary(
    tmp_path_factory: pytest.TempPathFactory,
    header: bytes,
    rows: list[tuple[bytes, bytes, bytes]],
    options: dict[str, object],
) -> None:
    fuzz(tmp_path_factory, header + b"".join(b"".join(parts) for parts in rows), options)


def fuzz(tmp_path_factory: pytest.TempPathFactory, content: bytes, options: dict[str, object]) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed-vectors"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            loaded = read_word2vec(path, **options)  # type: ignore[arg-type]
        except FormatError as error:
            assert str(path) in str(error)
            return
    assert len(loaded.words) == len(loaded.vectors) == len(set(loaded.words))
    assert np.isfinite(loaded.vectors).all()


@pytest.mark.parametrize("path", sorted((FILES / "bad").glob("*")), ids=lambda path: path.name)
def test_files_that_once_crashed_a_parser(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for options in ({}, {"binary": True}, {"binary": False}, {"no_header": True}):
            try:
                read_word2vec(path, **options)  # type: ignore[arg-type]
            except FormatError:
                continue
