"""All variants of word2vec's formats that other programs write, and round trips."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from wordkin.errors import FormatError
from wordkin.vectors import KeyedVectors
from wordkin.vectors.files import LoadedVectors, read_word2vec, write_word2vec

from .file_contents import FILES, VECTORS, WORDS, binary_file, text_file

Read = Callable[..., LoadedVectors]


def check(loaded: LoadedVectors, words: list[str] = WORDS, vectors: np.ndarray = VECTORS) -> None:
    assert loaded.words == words
    assert loaded.vectors.dtype == vectors.dtype
    np.testing.assert_array_equal(loaded.vectors, vectors)


VARIANTS = {
    "gensim text": text_file(),
    "C text with a space at the end of each row": text_file().replace(b"\n", b" \n").replace(b"4 3 \n", b"4 3\n"),
    "text with Windows line endings": text_file().replace(b"\n", b"\r\n"),
    "text with tabs": text_file().replace(b" ", b"\t"),
    "text without a newline at the end": text_file()[:-1],
    "text with blank lines at the end": text_file() + b"\n \n\n",
    "text with a byte order mark": b"\xef\xbb\xbf" + text_file(),
    "GloVe": text_file(header=""),
    "GloVe with a byte order mark": b"\xef\xbb\xbf" + text_file(header=""),
    "GloVe with blank lines at the end": text_file(header="") + b"\n\n",
    "gensim binary": binary_file(),
    "C binary with a newline after each vector": binary_file(after=b"\n"),
    "C binary without the last newline": binary_file(after=b"\n")[:-1],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_recognised(read: Read, name: str) -> None:
    check(read(VARIANTS[name]))


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_read_when_specified(read: Read, name: str) -> None:
    check(read(VARIANTS[name], binary="binary" in name, no_header="GloVe" in name))


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_recognised_by_content(read: Read, name: str, pack: Callable[[bytes], bytes]) -> None:
    check(read(pack(VARIANTS[name])))


@pytest.mark.parametrize("binary", [False, True])
def test_files_of_gensim_are_reproduced_byte_for_byte(tmp_path: Path, binary: bool) -> None:
    name = "gensim.bin" if binary else "gensim.txt"
    loaded = read_word2vec(FILES / name, fvocab=FILES / "gensim.vocab")
    np.testing.assert_array_equal(loaded.vectors, np.load(FILES / "gensim.expected.npy"))
    assert loaded.words == ["the", "naïve", "漢字", "</s>", "a\tb", "x"]
    assert loaded.counts is not None
    assert loaded.counts.tolist() == [100, 99, 98, 97, 96, 95]
    write_word2vec(
        tmp_path / "again",
        loaded.words,
        loaded.vectors,
        binary=binary,
        counts=loaded.counts,
        fvocab=tmp_path / "vocabulary",
    )
    assert (tmp_path / "again").read_bytes() == (FILES / name).read_bytes()
    assert (tmp_path / "vocabulary").read_bytes() == (FILES / "gensim.vocab").read_bytes()


def test_output_of_the_c_tool(read: Read) -> None:
    loaded = read(b"2 2 \n</s> 0.000267 -0.012345 \nthe 1.000000 -0.000001 \n")
    check(loaded, ["</s>", "the"], np.array([[0.000267, -0.012345], [1, -0.000001]], np.float32))


def test_output_of_fasttext(read: Read) -> None:
    loaded = read(b"2 3\nthe -0.0001 1e-05 -1.2e-05 \n</s> 0.12345 3 -2 \n")
    check(loaded, ["the", "</s>"], np.array([[-0.0001, 1e-5, -1.2e-5], [0.12345, 3, -2]], np.float32))


def test_glove_words_with_spaces(read: Read) -> None:
    words = [". . .", "at name@domain.com", "the", "a", "b", "c", "d"]
    vectors = np.arange(14, dtype=np.float32).reshape(7, 2)
    check(read(text_file(words, vectors, header="")), words, vectors)
    check(read(text_file(words, vectors)), words, vectors)


@pytest.mark.parametrize(
    "word", ["\u00a0", "a\u00a0b", "\u2028", "\u3000", "\x85", "\x00", "a\rb", "\x1c", "\ufeff", "0", "-"]
)
def test_unicode_whitespace_and_control_characters_are_part_of_words(read: Read, word: str) -> None:
    words = ["x", word]
    for content in (
        text_file(words, VECTORS[:2]),
        text_file(words, VECTORS[:2], header=""),
        binary_file(words, VECTORS[:2]),
    ):
        check(read(content), words, VECTORS[:2])


def test_binary_words_that_begin_with_a_newline(read: Read) -> None:
    content = binary_file(["\n\nthe", "cat"], VECTORS[:2])
    check(read(content), ["the", "cat"], VECTORS[:2])


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_words_truncated_within_a_character(read: Read, make: Callable[..., bytes]) -> None:
    content = make(["ok", "na\xefve"], VECTORS[:2]).replace("na\xefve".encode(), b"na\xc3")
    with pytest.raises(FormatError, match="unicode_errors='ignore'"):
        read(content)
    assert read(content, unicode_errors="ignore").words == ["ok", "na"]
    assert read(content, unicode_errors="replace").words == ["ok", "na\ufffd"]


@pytest.mark.parametrize("make", [text_file, binary_file])
def test_other_encodings(read: Read, make: Callable[..., bytes]) -> None:
    content = make(["ok", "naïve"], VECTORS[:2]).replace("ï".encode(), "ï".encode("latin-1"))
    assert read(content, encoding="latin-1").words == ["ok", "naïve"]
    with pytest.raises(LookupError):
        read(content, encoding="no such encoding")


@pytest.mark.parametrize("make", [text_file, binary_file])
@pytest.mark.parametrize("datatype", [np.float16, np.float32, np.float64])
def test_datatype(read: Read, make: Callable[..., bytes], datatype: Any) -> None:
    vectors = VECTORS[:3]
    loaded = read(make(WORDS[:3], vectors), datatype=datatype)
    assert loaded.vectors.dtype == datatype
    expected = vectors.astype(datatype)
    if datatype is np.float64 and make is text_file:
        # The shortest decimals of a float32 are within half a unit of the last bit, 2**-24 relative.
        np.testing.assert_allclose(loaded.vectors, expected, rtol=2.0**-24)
    else:
        np.testing.assert_array_equal(loaded.vectors, expected)


@pytest.mark.parametrize("datatype", [np.int32, "U3", np.complex64])
def test_other_datatypes_are_rejected(read: Read, datatype: Any) -> None:
    with pytest.raises(ValueError, match="datatype must be float16"):
        read(text_file(), datatype=datatype)


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("limit", [1, 3, 4, 5, 0, None])
def test_limit(read: Read, name: str, limit: int | None) -> None:
    rows = min(limit or 4, 4)
    check(read(VARIANTS[name], limit=limit), WORDS[:rows], VECTORS[:rows])


def test_invalid_arguments_of_reading(read: Read) -> None:
    with pytest.raises(ValueError, match="limit must be"):
        read(text_file(), limit=-1)
    with pytest.raises(ValueError, match="on_duplicate must be"):
        read(text_file(), on_duplicate="second")
    with pytest.raises(NotImplementedError):
        read(text_file(), binary=True, no_header=True)


def test_result_is_independent_of_blocks_and_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wordkin.vectors.files import blocks, word2vec_binary, word2vec_text

    for module in (blocks, word2vec_text):
        monkeypatch.setattr(module, "BLOCK_BYTES", 70_000)
    monkeypatch.setattr(word2vec_binary, "_BLOCK_BYTES", 7_000)
    monkeypatch.setattr(blocks, "MAX_WORD_BYTES", 500)
    monkeypatch.setattr(word2vec_binary, "MAX_WORD_BYTES", 500)
    rng = np.random.default_rng(1)
    words = [f"word{'x' * int(rng.integers(50))}{row}" for row in range(20_000)]
    vectors = rng.normal(size=(20_000, 7)).astype(np.float32)
    for options in ({}, {"write_header": False}, {"binary": True}):
        write_word2vec(tmp_path / "v", words, vectors, **options)
        for workers in (1, 2, 5):
            check(read_word2vec(tmp_path / "v", workers=workers), words, vectors)


word = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \n"), min_size=1, max_size=12).filter(
    lambda text: "\t" not in text or not re.search(r"\t[-+.\d]*$|\t(nan|inf)", text, re.IGNORECASE)
)


@pytest.mark.parametrize("bad", ["a\t", "a\t1", "\t-1.5e3"])
def test_words_whose_end_looks_like_numbers_are_not_written_as_text(tmp_path: Path, bad: str) -> None:
    with pytest.raises(FormatError, match="word number 1 must not end with a tab"):
        write_word2vec(tmp_path / "v", [bad], VECTORS[:1])
    write_word2vec(tmp_path / "v", [bad], VECTORS[:1], binary=True)
    assert read_word2vec(tmp_path / "v").words == [bad]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("good", ["\t", "\t\t", "a\tb", "\ta", "1", "at 3 pm"])
def test_words_with_tabs_and_numbers_are_read_back(tmp_path: Path, good: str, header: bool) -> None:
    words = [good.replace(" ", "\t"), "b", "c"]
    write_word2vec(tmp_path / "v", words, VECTORS[:3], write_header=header)
    assert read_word2vec(tmp_path / "v").words == words


@settings(deadline=None, max_examples=60)
@given(
    st.data(),
    st.lists(word, min_size=1, max_size=8, unique=True),
    st.sampled_from([np.float16, np.float32, np.float64]),
)
def test_text_and_binary_round_trip_exactly(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, words: list[str], dtype: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip"
    shape = (len(words), data.draw(st.integers(1, 5)))
    largest = float(np.finfo(dtype).max) if dtype != np.float64 else 1e38  # binary files are float32
    floats = st.floats(-largest, largest, width=np.dtype(dtype).itemsize * 8)
    vectors = data.draw(hnp.arrays(dtype, shape, elements=floats))
    write_word2vec(path, words, vectors)
    loaded = read_word2vec(path, datatype=dtype, binary=False, no_header=False)
    assert loaded.words == words
    np.testing.assert_array_equal(loaded.vectors, vectors)
    write_word2vec(path, words, vectors, binary=True)
    check(read_word2vec(path, binary=True), words, vectors.astype(np.float32))
    if not words[0].startswith("\ufeff"):
        write_word2vec(path, words, vectors, write_header=False)
        np.testing.assert_array_equal(read_word2vec(path, datatype=dtype, no_header=True).vectors, vectors)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "", " ", "\n"])
def test_words_with_spaces_or_newlines_are_not_written(tmp_path: Path, bad: str, binary: bool) -> None:
    with pytest.raises(FormatError, match="word number 2"):
        write_word2vec(tmp_path / "v", ["good", bad], VECTORS[:2], binary=binary)
    with pytest.raises(FormatError, match="prefix"):
        write_word2vec(tmp_path / "v", ["good"], VECTORS[:1], binary=binary, prefix="a ")
    assert list(tmp_path.iterdir()) == []


def test_surrogates_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_word2vec(tmp_path / "v", ["\ud800"], VECTORS[:1])
    assert list(tmp_path.iterdir()) == []


def test_byte_order_mark_as_first_word_needs_a_header(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="byte-order mark"):
        write_word2vec(tmp_path / "v", ["\ufeff"], VECTORS[:1], write_header=False)


@pytest.mark.parametrize("binary", [False, True])
def test_any_strides_are_written(tmp_path: Path, binary: bool) -> None:
    padded = np.zeros((4, 16), np.float32)
    padded[:, :3] = VECTORS
    for view in (padded[:, :3], np.asfortranarray(VECTORS), VECTORS[::-1][::-1], VECTORS.astype(">f4")):
        write_word2vec(tmp_path / "v", WORDS, view, binary=binary)
        assert (tmp_path / "v").read_bytes() == (binary_file() if binary else text_file())


def test_two_tables_appended_to_one_file(tmp_path: Path) -> None:
    for binary in (False, True):
        path = tmp_path / f"v{binary}"
        write_word2vec(path, WORDS[:2], VECTORS[:2], binary=binary, total_vec=4)
        write_word2vec(path, WORDS[2:], VECTORS[2:], binary=binary, prefix="*dt_", append=True, write_header=False)
        check(read_word2vec(path), [*WORDS[:2], "*dt_漢字", "*dt_</s>"])


def test_failed_append_restores_the_file(tmp_path: Path) -> None:
    from wordkin.vectors.files.output import open_output

    path = tmp_path / "v"
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError), open_output(path, append=True) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_compression_by_name_is_reproducible(tmp_path: Path, suffix: str) -> None:
    write_word2vec(tmp_path / f"a{suffix}", WORDS, VECTORS)
    write_word2vec(tmp_path / f"b{suffix}", WORDS, VECTORS)
    content = (tmp_path / f"a{suffix}").read_bytes()
    assert content == (tmp_path / f"b{suffix}").read_bytes()
    assert not content.startswith(b"4 3")
    check(read_word2vec(tmp_path / f"a{suffix}"))


def test_invalid_arguments_of_writing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one row per word"):
        write_word2vec(tmp_path / "v", WORDS[:3], VECTORS)
    with pytest.raises(ValueError, match="counts must be given"):
        write_word2vec(tmp_path / "v", WORDS, VECTORS, fvocab=tmp_path / "c")
    with pytest.raises(TypeError, match="matrix of floats"):
        write_word2vec(tmp_path / "v", WORDS, VECTORS.astype(int))
    with pytest.raises(TypeError, match="matrix of floats"):
        write_word2vec(tmp_path / "v", WORDS, VECTORS[0])
    assert list(tmp_path.iterdir()) == []


def test_paths_of_every_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("relative", b"bytes", tmp_path / "pathlib", "~/home", "übung 漢字"):
        write_word2vec(path, WORDS, VECTORS)
        check(read_word2vec(path))
    with pytest.raises(FileNotFoundError):
        read_word2vec("missing")
    with pytest.raises(IsADirectoryError):
        read_word2vec(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_reading_from_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([sys.executable, "-c", f"open({str(pipe)!r}, 'wb').write({text_file()!r})"]):
        check(read_word2vec(pipe))


def test_numbers_do_not_depend_on_the_locale() -> None:
    import locale

    before = locale.setlocale(locale.LC_NUMERIC)
    for name in ("de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "German"):
        try:
            locale.setlocale(locale.LC_NUMERIC, name)
        except locale.Error:
            continue
        break
    try:
        check_in_this_locale()
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)


def check_in_this_locale() -> None:
    from wordkin._core import vector_files

    out = np.empty((1, 3), np.float32)
    # The parser has separate code for short, long and extreme numbers.
    assert vector_files.parse_text(b"w 1.5 0.100000001490116119384765625 1e-40", out)["rows"] == 1
    assert out.tolist() == [[1.5, np.float32(0.1), np.float32(1e-40)]]
    assert vector_files.parse_text(b"w 1,5 1 1", out)["rows"] == 0


def test_keyed_vectors_use_the_same_reader_and_writer(tmp_path: Path) -> None:
    table = KeyedVectors.load_word2vec_format(FILES / "gensim.bin")
    table.save_word2vec_format(tmp_path / "v", binary=True)
    assert (tmp_path / "v").read_bytes() == (FILES / "gensim.bin").read_bytes()
    with pytest.warns(UserWarning, match="2 rows repeat a word, the first one 'a'"):
        (tmp_path / "d").write_bytes(b"4 1\na 1\na 2\nb 3\na 4\n")
        assert KeyedVectors.load_word2vec_format(tmp_path / "d")["a"].tolist() == [1.0]


@pytest.mark.parametrize("binary", [False, True])
def test_whitespace_in_words_is_replaced_if_requested(tmp_path: Path, binary: bool) -> None:
    path = tmp_path / "vectors"
    words = ["new york", "\n", "a\tb\r", "plain"]
    with pytest.raises(FormatError, match="replace_whitespace=True"):
        write_word2vec(path, words, np.eye(4), binary=binary)
    write_word2vec(path, words, np.eye(4), binary=binary, replace_whitespace=True)
    assert read_word2vec(path).words == ["new_york", "\\n", "a\\tb\\r", "plain"]
    with pytest.raises(FormatError, match="'new york' and 'new_york' the same form 'new_york'"):
        write_word2vec(path, ["new york", "new_york"], np.eye(2), binary=binary, replace_whitespace=True)
