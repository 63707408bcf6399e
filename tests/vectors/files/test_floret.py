"""Tables of floret: hashes, composed vectors, and files, intact and damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wordkin
from wordkin._core import vector_files
from wordkin.errors import CorruptFileError, FormatError, TruncatedFileError
from wordkin.vectors import FastTextKeyedVectors, KeyedVectors
from wordkin.vectors.files import recognise

# Rows of floret 0.10.5 with -minn 2 -maxn 4 -hashCount 3 -bucket 50.
ROWS = {
    "fox": [20, 25, 21, 8, 6, 15, 19, 41, 47, 26, 26, 16],
    "a": [5, 22, 36, 5, 34, 39, 5, 22, 36, 31, 28, 36],
    "Straßenbahn": [41, 29, 3, 7, 37, 49, 37, 21, 24, 10, 33, 38],
    "日本語": [6, 43, 34, 12, 46, 18, 39, 38, 13, 42, 21, 16],
    "averyveryverylongword": [3, 0, 26, 5, 34, 39, 18, 31, 25, 24, 2, 41],
}
HEADER = "3 2 4 5 2 2166136261 < >"
CONTENT = f"{HEADER}\n0 0.5 -1 \n1 0.25 2 \n2 0 1e-3 \n"  # floret ends rows in a space


def buckets_of(word: str, **options: int) -> list[int]:
    return vector_files.subword_buckets(word.encode(), **options)


@pytest.mark.parametrize("word", ROWS)
def test_rows_are_those_of_floret(word: str) -> None:
    rows = buckets_of(word, min_n=2, max_n=4, buckets=50, hash_count=3)
    assert rows[:12] == ROWS[word]
    fewer = buckets_of(word, min_n=2, max_n=4, buckets=50, hash_count=1)
    assert fewer == rows[::3]


@given(st.binary(max_size=80), st.integers(1, 4), st.integers(0, 3), st.integers(0, 5))
def test_each_entry_has_as_many_rows_as_hashes(word: bytes, hash_count: int, min_n: int, max_n: int) -> None:
    rows = vector_files.subword_buckets(word, min_n=min_n, max_n=max_n, buckets=11, hash_count=hash_count)
    assert len(rows) % hash_count == 0
    assert len(rows) >= hash_count  # the word itself, also if it is empty or the end of a line
    assert all(0 <= row < 11 for row in rows)


@pytest.mark.parametrize("hash_count", [-1, 5, 2**40])
def test_number_of_hashes_is_checked(hash_count: int) -> None:
    with pytest.raises(ValueError, match="hash_count"):
        buckets_of("word", min_n=1, max_n=2, buckets=3, hash_count=hash_count)
    with pytest.raises(ValueError, match="hash_count"):
        FastTextKeyedVectors(2, hash_count=hash_count)


def table() -> FastTextKeyedVectors:
    kv = FastTextKeyedVectors(3, min_n=2, max_n=4, bucket=50, hash_count=3)
    kv.vectors_ngrams = np.random.default_rng(1).standard_normal((50, 3)).astype(np.float32)
    return kv


@pytest.mark.parametrize("suffix", ["floret", "gz"])
def test_files_are_read_as_they_were_written(tmp_path: Path, suffix: str) -> None:
    kv, path = table(), tmp_path / f"vectors.{suffix}"
    kv.save_floret_format(path)
    loaded = wordkin.load(path)
    assert isinstance(loaded, FastTextKeyedVectors)
    assert recognise(path) == "floret"
    assert (loaded.min_n, loaded.max_n, loaded.bucket, loaded.hash_count) == (2, 4, 50, 3)
    np.testing.assert_array_equal(loaded.vectors_ngrams, kv.vectors_ngrams)
    for word in (*ROWS, "", "</s>"):
        expected = kv.vectors_ngrams[kv.subword_buckets(word)].mean(axis=0)
        np.testing.assert_allclose(loaded[word], expected, atol=1e-6)


def test_archives_keep_the_number_of_hashes(tmp_path: Path) -> None:
    kv = table()
    kv.save(tmp_path / "vectors.safetensors")
    loaded = FastTextKeyedVectors.load(tmp_path / "vectors.safetensors")
    assert loaded.hash_count == 3
    np.testing.assert_array_equal(loaded["fox"], kv["fox"])


def test_content_of_floret(tmp_path: Path) -> None:
    path = tmp_path / "vectors.floret"
    path.write_text(CONTENT, encoding="utf-8")
    kv = FastTextKeyedVectors.load_floret_format(path)
    assert kv.vectors_ngrams.tolist() == [[0.5, -1.0], [0.25, 2.0], [0.0, np.float32(1e-3)]]
    assert (len(kv), kv.vectors_vocab.shape) == (0, (0, 2))
    with pytest.raises(FormatError, match="load_floret_format"):
        KeyedVectors.load_word2vec_format(path)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("", FormatError, "header"),
        ("3 2\na 0 1\n", FormatError, "load_word2vec_format"),
        (HEADER, TruncatedFileError, "end of file"),
        (HEADER.replace("2166136261", "1") + "\n", FormatError, "hashSeed"),
        (HEADER.replace("< >", "[ ]") + "\n", FormatError, "boundary markers"),
        (HEADER.replace("5 2 21", "5 0 21") + "\n", FormatError, "hashCount"),
        (HEADER.replace("5 2 21", "5 5 21") + "\n", FormatError, "hashCount"),
        (HEADER.replace("3 2 4", "0 2 4") + "\n", FormatError, "bucket"),
        (HEADER.replace("3 2 4", "999999999999999999 2 4") + "\n", FormatError, "bucket"),
        (HEADER.replace("3 2 4", "2000000000 1000000 4") + "\n", CorruptFileError, "too small"),
        (HEADER.replace("3 2 4", "3 0 4") + "\n", FormatError, "dim"),
        (HEADER.replace("4 5 2", "4 99999 2") + "\n", FormatError, "maxn"),
        (HEADER.replace("3 2 4", "4 2 4") + CONTENT[len(HEADER) :], TruncatedFileError, "4 vectors"),
        (HEADER.replace("3 2 4", "2 2 4") + CONTENT[len(HEADER) :], CorruptFileError, "another vector"),
        (CONTENT.replace("\n2 ", "\n1 "), CorruptFileError, "index"),
        (CONTENT.replace("0.25", "nan"), FormatError, "NaN"),
        (CONTENT.replace("0.25", "x"), FormatError, "line 3"),
        (CONTENT.replace(" 2 \n", " \n"), FormatError, "line 3"),
    ],
)
def test_damaged_files(tmp_path: Path, content: str, error: Any, message: str) -> None:
    path = tmp_path / "vectors.floret"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message):
        FastTextKeyedVectors.load_floret_format(path)


@given(st.integers(0, len(CONTENT) - 1), st.integers(0, 255))
def test_a_changed_byte_is_an_error_or_another_table(tmp_path_factory: Any, position: int, byte: int) -> None:
    content = bytearray(CONTENT.encode())
    content[position] = byte
    path = tmp_path_factory.getbasetemp() / "changed.floret"
    path.write_bytes(content)
    try:
        kv = FastTextKeyedVectors.load_floret_format(path)
    except FormatError:
        return
    assert np.isfinite(kv.vectors_ngrams).all()


def test_tables_of_fasttext_are_refused(tmp_path: Path) -> None:
    for kv in (FastTextKeyedVectors(2, bucket=10), FastTextKeyedVectors(2, hash_count=2)):
        with pytest.raises(FormatError, match="hash_count"):
            kv.save_floret_format(tmp_path / "vectors.floret")
    assert not list(tmp_path.iterdir())


def test_vectors_equal_those_of_floret(tmp_path: Path) -> None:
    floret = pytest.importorskip("floret", reason="needs floret to compare with")
    text = tmp_path / "text.txt"
    words = [f"w{number}ß{number * 7919}" for number in range(50)]
    text.write_text("\n".join(" ".join(words[i:] + words[:i]) for i in range(200)), encoding="utf-8")
    options = {"dim": 8, "minn": 2, "maxn": 4, "bucket": 300, "minCount": 1, "t": 1.0, "thread": 1, "verbose": 0}
    model = floret.train_unsupervised(str(text), mode="floret", hashCount=2, **options)
    model.save_floret_vectors(str(tmp_path / "vectors.floret"))
    kv = FastTextKeyedVectors.load_floret_format(tmp_path / "vectors.floret")
    first = model.words[0]  # which has a separate row in floret that files do not have
    for word in {*words, "unseen", "日本語"} - {first}:
        names, rows = model.get_subwords(word)
        assert kv.subword_buckets(word) == (np.asarray(rows) - len(model.words)).tolist()
        assert len(rows) == 2 * len(names)
        expected = model.get_word_vector(word)
        np.testing.assert_allclose(kv[word], expected, atol=1e-4 * np.abs(expected).max() + 1e-6)
